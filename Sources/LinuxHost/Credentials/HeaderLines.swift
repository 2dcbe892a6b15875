import PrompterCore

/// The text of a webhook's header file: lines `Name: value`, a credential among them.
enum HeaderLines {
    /// As many headers are taken from it.
    static let most = 64
    /// Headers that the client writes itself, or that tell one delivery from another.
    private static let ownHeaders: Set<String> = [
        "connection", "content-length", "content-type", "host", "idempotency-key", "transfer-encoding", "webhook-id",
        "webhook-signature", "webhook-timestamp",
    ]

    /// Empty lines, and blanks around a value, are left out.
    ///
    /// - Throws: what is wrong.
    static func headers(in text: String) throws(WebhookFileFault) -> [HTTPHeader] {
        var headers: [HTTPHeader] = []
        for (number, line) in TextLines(text) { headers.append(try header(in: line, number: number)) }
        guard headers.count <= most else {
            throw WebhookFileFault("has more than \(most) headers; is it the right file?")
        }
        return headers
    }

    private static func header(
        in line: Substring.UnicodeScalarView, number: Int
    ) throws(WebhookFileFault) -> HTTPHeader {
        guard let colon = line.firstIndex(of: ":") else {
            throw WebhookFileFault("line \(number) has no colon; write \"Name: value\"")
        }
        let value = TextLines.trimmed(line[line.index(after: colon)...])
        let header = HTTPHeader(String(line[..<colon]), String(value))
        guard header.hasValidName else {
            throw WebhookFileFault("line \(number) does not start with a header name")
        }
        guard header.hasValidValue else { throw WebhookFileFault("line \(number) contains a control character") }
        guard !ownHeaders.contains(header.name.lowercased()) else {
            throw WebhookFileFault("line \(number) sets \(header.name), which prompterd sets itself; remove it")
        }
        return header
    }
}
