import PrompterCore

/// Any response of a provider: a version that is one, or a failure in one harmless line.
///
/// The input is written like a response: the status, lines of headers, an empty line, the body.
enum ResponseTrial {
    static func run(_ input: [UInt8]) {
        let response = response(input)
        do {
            let answer = try ChatCompletions.answer(in: response)
            precondition((200...299).contains(response.status), "an answer of status \(response.status)")
            precondition(!answer.version.key.isEmpty, "an empty version")
            for name in [answer.version.resolvedModel, answer.version.fingerprint] {
                precondition((name?.utf8.count ?? 1) <= VersionIdentity.longestName && name != "")
            }
            for tokens in [answer.usage.inputTokens, answer.usage.outputTokens] { precondition(tokens ?? 0 >= 0) }
        } catch {
            precondition(Harmless.holds("\(error)"), "a harmful failure")
            precondition("\(error)".unicodeScalars.count < 4096, "a failure without an end")
            if let pause = error.retryAfter { precondition(pause >= .zero && pause <= SlotState.longestHold) }
        }
    }

    private static func response(_ input: [UInt8]) -> HTTPResponse {
        var rest = input[...]
        func line() -> ArraySlice<UInt8> {
            let line = rest.prefix { $0 != UInt8(ascii: "\n") }
            rest = rest.dropFirst(line.count + 1)
            return line
        }
        let status = Int(String(decoding: line(), as: UTF8.self)) ?? 200
        var headers: [HTTPHeader] = []
        while true {
            let header = line()
            if header.isEmpty { break }
            let name = header.prefix { $0 != UInt8(ascii: ":") }
            headers.append(
                HTTPHeader(
                    String(decoding: name, as: UTF8.self),
                    String(decoding: header.dropFirst(name.count + 1).drop { $0 == UInt8(ascii: " ") }, as: UTF8.self)))
        }
        return HTTPResponse(status: status, headers: headers, body: Array(rest))
    }
}
