/// Writes ``JSONValue``s as text.
struct JSONWriter {
    private var bytes: [UInt8] = []

    var text: String { String(decoding: bytes, as: UTF8.self) }

    mutating func write(_ value: JSONValue, sorted: Bool) {
        switch value {
        case .null: append("null")
        case .bool(let flag): append(flag ? "true" : "false")
        case .number(let digits): append(digits)
        case .string(let text): write(text)
        case .array(let elements):
            writeList(elements, open: "[", close: "]") { $0.write($1, sorted: sorted) }
        case .object(let members):
            let members = sorted ? members.sorted { $0.name < $1.name } : members
            writeList(members, open: "{", close: "}") { writer, member in
                writer.write(member.name)
                writer.append(":")
                writer.write(member.value, sorted: sorted)
            }
        }
    }

    private mutating func writeList<Element>(
        _ elements: [Element], open: String, close: String, _ write: (inout JSONWriter, Element) -> Void
    ) {
        append(open)
        for (index, element) in elements.enumerated() {
            if index > 0 { append(",") }
            write(&self, element)
        }
        append(close)
    }

    /// What a terminal would act on is escaped, for what is written here is also shown.
    private mutating func write(_ text: String) {
        append("\"")
        defer { append("\"") }
        // Nearly all texts.
        guard !text.utf8.allSatisfy(Self.isPlain) else { return append(text) }
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": append("\\\"")
            case "\\": append("\\\\")
            case "\n": append("\\n")
            case _ where SafeText.isHarmless(scalar): bytes.append(contentsOf: UTF8.encode(scalar)!)
            default:
                let unit = UInt16(truncatingIfNeeded: scalar.value)
                append("\\u\(Hexadecimal.encode([UInt8(unit >> 8), UInt8(truncatingIfNeeded: unit)]))")
            }
        }
    }

    /// Whether `byte` is a character of ASCII that is written as it is.
    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x20...0x7E).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    private mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }
}
