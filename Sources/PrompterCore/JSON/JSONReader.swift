/// Reads a JSON text (RFC 8259) into a tree that knows where everything stands.
///
/// By hand, because no library at hand gives the position of a value, nor reports a name that stands twice.
struct JSONReader {
    /// Arrays and objects inside one another; a deeper text is refused.
    static let deepestNesting = 64

    private let bytes: [UInt8]
    private let mostValues: Int
    /// Whether flaws that leave the values' places clear are overlooked.
    private let isLenient: Bool
    private var count = 0
    private var position = 0
    private var depth = 0
    private(set) var duplicateNames: [JSONNode.Member] = []

    init(_ bytes: [UInt8], mostValues: Int, isLenient: Bool = false) {
        self.bytes = bytes
        self.mostValues = mostValues
        self.isLenient = isLenient
    }

    mutating func readDocument() throws(JSONSyntaxError) -> JSONNode {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        skipSpace()
        guard position < bytes.count else { throw error("the document is empty") }
        let root = try readValue()
        skipSpace()
        // An object is an answer whatever stands behind it; a number may be the beginning of a sentence.
        let isEnough = if case .object = root.value { isLenient } else { false }
        guard position == bytes.count || isEnough else {
            throw error("unexpected content after the document")
        }
        return root
    }

    private mutating func readValue() throws(JSONSyntaxError) -> JSONNode {
        let start = position
        guard let byte = peek() else { throw error("the document ends where a value is expected") }
        count += 1
        guard count <= mostValues else { throw error("more than \(mostValues) values; is it the right file?") }
        let value: JSONNode.Value
        switch byte {
        case UInt8(ascii: "{") where isTooDeep, UInt8(ascii: "[") where isTooDeep: value = try skipNested()
        case UInt8(ascii: "{"): value = .object(try readObject())
        case UInt8(ascii: "["): value = .array(try readArray())
        case UInt8(ascii: "\""): value = .string(try readString())
        case UInt8(ascii: "t"): value = try readWord("true", .bool(true))
        case UInt8(ascii: "f"): value = try readWord("false", .bool(false))
        case UInt8(ascii: "n"): value = try readWord("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): value = try readNumberValue()
        default: value = try readFlawed()
        }
        return JSONNode(offset: start, value: value)
    }

    private mutating func readObject() throws(JSONSyntaxError) -> [JSONNode.Member] {
        try enter()
        var members: [JSONNode.Member] = []
        var names: Set<String> = []
        defer { depth -= 1 }
        if take(UInt8(ascii: "}")) { return members }
        repeat {
            skipSpace()
            if isLenient, peek() == UInt8(ascii: "}") { break }
            guard peek() == UInt8(ascii: "\"") else {
                throw error(
                    peek() == UInt8(ascii: "}") && !members.isEmpty
                        ? "trailing comma before the closing brace" : "expected a name in quotes here")
            }
            let offset = position
            let name = try readString()
            guard take(UInt8(ascii: ":")) else { throw error("expected a colon here") }
            skipSpace()
            let member = JSONNode.Member(name: name, nameOffset: offset, node: try readValue())
            // Few members are the rule; a set pays only for many.
            if members.count < 16 {
                if members.contains(where: { $0.name == name }) { duplicateNames.append(member) }
            } else {
                if names.isEmpty { names = Set(members.map(\.name)) }
                if !names.insert(name).inserted { duplicateNames.append(member) }
            }
            members.append(member)
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw error("expected a comma or a closing brace here") }
        return members
    }

    private mutating func readArray() throws(JSONSyntaxError) -> [JSONNode] {
        try enter()
        var elements: [JSONNode] = []
        defer { depth -= 1 }
        if take(UInt8(ascii: "]")) { return elements }
        repeat {
            skipSpace()
            if isLenient, peek() == UInt8(ascii: "]") { break }
            if peek() == UInt8(ascii: "]") && !elements.isEmpty {
                throw error("trailing comma before the closing bracket")
            }
            elements.append(try readValue())
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw error("expected a comma or a closing bracket here") }
        return elements
    }

    /// Steps over an opening bracket and counts it.
    private mutating func enter() throws(JSONSyntaxError) {
        depth += 1
        guard depth <= Self.deepestNesting else { throw error("nested more than \(Self.deepestNesting) levels deep") }
        position += 1
    }

    private var isTooDeep: Bool { isLenient && depth == Self.deepestNesting }

    /// Steps over an array or an object without looking into it.
    private mutating func skipNested() throws(JSONSyntaxError) -> JSONNode.Value {
        var open = 0
        repeat {
            guard let byte = peek() else { throw error("the document ends inside an array or object") }
            switch byte {
            case UInt8(ascii: "\""):
                _ = try readString()
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): open += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): open -= 1
            default: break
            }
            position += 1
        } while open > 0
        return .null
    }

    /// Steps over something that is no value, such as `undefined` or `True`, up to where it must have ended.
    private mutating func readFlawed() throws(JSONSyntaxError) -> JSONNode.Value {
        let start = position
        while isLenient, depth > 0, let byte = peek(), !Self.ends.contains(byte) { position += 1 }
        guard position > start else { throw error("expected a value here") }
        return .null
    }

    private static let ends: Set<UInt8> = Set(",]}\"{[: \t\r\n".utf8)

    private mutating func readWord(_ word: StaticString, _ value: JSONNode.Value) throws(JSONSyntaxError)
        -> JSONNode.Value
    {
        for byte in word.description.utf8 {
            guard peek() == byte else { throw error("expected a value here") }
            position += 1
        }
        return value
    }

    /// A number; where it is flawed and flaws are overlooked, nothing.
    private mutating func readNumberValue() throws(JSONSyntaxError) -> JSONNode.Value {
        guard isLenient, depth > 0 else { return .number(try readNumber()) }
        let start = position
        if let number = try? readNumber(), peek().map(Self.ends.contains) ?? true { return .number(number) }
        position = start
        return try readFlawed()
    }

    private mutating func readNumber() throws(JSONSyntaxError) -> String {
        let start = position
        if peek() == UInt8(ascii: "-") { position += 1 }
        if peek() == UInt8(ascii: "0") {
            position += 1
        } else {
            try readDigits()
        }
        if peek() == UInt8(ascii: ".") {
            position += 1
            try readDigits()
        }
        if peek() == UInt8(ascii: "e") || peek() == UInt8(ascii: "E") {
            position += 1
            if peek() == UInt8(ascii: "+") || peek() == UInt8(ascii: "-") { position += 1 }
            try readDigits()
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func readDigits() throws(JSONSyntaxError) {
        let start = position
        while let byte = peek(), byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { position += 1 }
        guard position > start else { throw error("expected a digit here") }
    }

    private mutating func readString() throws(JSONSyntaxError) -> String {
        position += 1
        let start = position
        var isASCII = true
        while let byte = peek() {
            if byte == UInt8(ascii: "\"") {
                let characters = bytes[start..<position]
                position += 1
                // Most texts are ASCII; to validate one takes several times as long as to take it.
                if isASCII { return String(decoding: characters, as: UTF8.self) }
                return try self.text(of: characters, from: start)
            }
            if byte >= 0x80 { isASCII = false }
            if byte == UInt8(ascii: "\\") { return try readEscapedString(from: start) }
            guard byte >= 0x20 || isLenient else {
                throw error("control character in a string; write it as \\u00XX")
            }
            position += 1
        }
        throw error("the document ends inside a string")
    }

    private func text(of bytes: ArraySlice<UInt8>, from start: Int) throws(JSONSyntaxError) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        guard isLenient else { throw JSONSyntaxError(offset: start, message: "this string is not UTF-8") }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Reads the rest of a string from its first escape on.
    private mutating func readEscapedString(from start: Int) throws(JSONSyntaxError) -> String {
        var text = Array(bytes[start..<position])
        while let byte = peek() {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                return try self.text(of: text[...], from: start)
            case UInt8(ascii: "\\"):
                text.append(contentsOf: String(try readEscape()).utf8)
            case 0..<0x20 where !isLenient:
                position -= 1
                throw error("control character in a string; write it as \\u00XX")
            default:
                text.append(byte)
            }
        }
        throw error("the document ends inside a string")
    }

    private mutating func readEscape() throws(JSONSyntaxError) -> Unicode.Scalar {
        guard let byte = peek() else { throw error("the document ends inside a string") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try readUnicodeEscape()
        default:
            if isLenient, byte < 0x80 { return Unicode.Scalar(byte) }
            position -= 1
            if isLenient { return "\\" }
            throw error("unknown escape")
        }
    }

    /// A `\u` escape, or two that make a surrogate pair; half a pair becomes U+FFFD, as it names no character.
    private mutating func readUnicodeEscape() throws(JSONSyntaxError) -> Unicode.Scalar {
        let high: UInt32
        do {
            high = try readFourDigits()
        } catch {
            guard isLenient else { throw error }
            return "\u{FFFD}"
        }
        if let scalar = Unicode.Scalar(high) { return scalar }
        guard high < 0xDC00, peek() == UInt8(ascii: "\\"), position + 1 < bytes.count,
            bytes[position + 1] == UInt8(ascii: "u")
        else { return "\u{FFFD}" }
        let back = position
        position += 2
        let low: UInt32
        do {
            low = try readFourDigits()
        } catch {
            guard isLenient else { throw error }
            low = 0
        }
        guard (0xDC00...0xDFFF).contains(low) else {
            position = back
            return "\u{FFFD}"
        }
        return Unicode.Scalar(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)) ?? "\u{FFFD}"
    }

    private mutating func readFourDigits() throws(JSONSyntaxError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek(), let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
                throw error("expected four hexadecimal digits here")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    private func peek() -> UInt8? {
        position < bytes.count ? bytes[position] : nil
    }

    /// Steps over white space and then over `byte`, where it is the next.
    private mutating func take(_ byte: UInt8) -> Bool {
        skipSpace()
        guard peek() == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private func error(_ message: String) -> JSONSyntaxError {
        JSONSyntaxError(offset: position, message: message)
    }
}

/// What keeps a text from being JSON.
public struct JSONSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Where, in bytes from the start of the text.
    public var offset: Int
    public var message: String

    public var description: String { "\(message) at byte \(offset)" }
}
