/// What the body of a response says to people where nobody knows its shape.
enum BodyText {
    /// As many bytes of a body are looked at; of a page the title stands far ahead of this.
    private static let longest = 8192

    /// Whether `body` is HTML or XML.
    static func isMarkup(_ body: [UInt8]) -> Bool {
        trimmed(body).first == UInt8(ascii: "<")
    }

    /// The first line of `body` that is not blank; of markup the title, or what it says without its tags.
    static func firstLine(of body: [UInt8]) -> String {
        let start = trimmed(body).prefix(longest)
        if start.first == UInt8(ascii: "<") { return title(of: Array(start)) ?? withoutTags(Array(start)) }
        return line(start.prefix { $0 != 0x0A && $0 != 0x0D })
    }

    private static func trimmed(_ body: [UInt8]) -> ArraySlice<UInt8> {
        (body.starts(with: [0xEF, 0xBB, 0xBF]) ? body[3...] : body[...]).drop { $0 <= 0x20 }
    }

    private static func title(of page: [UInt8]) -> String? {
        guard let name = find("<title", in: page, from: 0), let start = find(">", in: page, from: name),
            let end = find("</", in: page, from: start)
        else { return nil }
        let title = line(page[(start + 1)..<end])
        return title.isEmpty ? nil : title
    }

    private static func withoutTags(_ page: [UInt8]) -> String {
        var text: [UInt8] = []
        var index = 0
        while index < page.count {
            if page[index] == UInt8(ascii: "<") {
                let hidden = ["script", "style"].first { begins("<\($0)", in: page, at: index) }
                let end = hidden.map { find("</\($0)", in: page, from: index) ?? page.count } ?? index
                index = (find(">", in: page, from: end) ?? page.count) + 1
                text.append(0x20)
            } else {
                text.append(page[index])
                index += 1
            }
        }
        return line(text[...])
    }

    /// `bytes` as one line, with one space for each run of white space.
    private static func line(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: Array(bytes.split { $0 <= 0x20 }.joined(separator: [0x20])), as: UTF8.self)
    }

    /// Where `word`, which is in lower case, begins in `bytes`, in any case.
    private static func find(_ word: String, in bytes: [UInt8], from start: Int) -> Int? {
        guard start < bytes.count else { return nil }
        return (start..<bytes.count).first { begins(word, in: bytes, at: $0) }
    }

    private static func begins(_ word: String, in bytes: [UInt8], at place: Int) -> Bool {
        guard place + word.utf8.count <= bytes.count else { return false }
        return zip(word.utf8, bytes[place...]).allSatisfy { byte, found in
            found == byte || (0x41...0x5A).contains(found) && found | 0x20 == byte
        }
    }
}
