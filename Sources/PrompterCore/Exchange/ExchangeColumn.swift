/// A member of an exported row: its name, and how its value is written.
public struct ExchangeColumn: Hashable, Sendable {
    /// What a value may be, and how it is written.
    public enum Kind: Hashable, Sendable {
        /// The row's own number within its export, from 1.
        case number
        /// The number of a row of this table, which stands before.
        case reference(ExchangeTable)
        /// A number within these bounds.
        case integer(ClosedRange<Int64>)
        case text
        /// One of these.
        case word([String])
        /// `true`, or left out.
        case flag
        /// Milliseconds, written as ISO 8601 in UTC.
        case time
        /// 32 bytes, written as hexadecimal digits.
        case identity
        /// 64 bits, written as hexadecimal digits.
        case id
        /// An array of texts, which the store keeps as its JSON.
        case texts
        /// An array of `[milliseconds,"id","value"]`, which the store keeps as its JSON.
        case evidence
    }

    public var name: String
    public var kind: Kind
    /// Whether the member may be left out; it then stands for ``absent``.
    public var isOptional: Bool
    public var absent: ExchangeValue
    /// Whether only exports of an older form have it: it is read, and never written.
    public var isFormer = false

    private init(_ name: String, _ kind: Kind, isOptional: Bool = false, absent: ExchangeValue = .null) {
        self.name = name
        self.kind = kind
        self.isOptional = isOptional
        self.absent = absent
    }

    static func required(_ name: String, _ kind: Kind) -> ExchangeColumn { ExchangeColumn(name, kind) }

    static func optional(_ name: String, _ kind: Kind) -> ExchangeColumn {
        ExchangeColumn(name, kind, isOptional: true)
    }

    /// A text that the store keeps as an empty one where there is none.
    static func emptyable(_ name: String) -> ExchangeColumn {
        ExchangeColumn(name, .text, isOptional: true, absent: .text(""))
    }

    static func former(_ name: String, _ kind: Kind) -> ExchangeColumn {
        var column = ExchangeColumn.optional(name, kind)
        column.isFormer = true
        return column
    }

    static func flag(_ name: String) -> ExchangeColumn {
        ExchangeColumn(name, .flag, isOptional: true, absent: .integer(0))
    }

    static func count(_ name: String) -> ExchangeColumn { ExchangeColumn(name, .integer(0...Int64(Int32.max))) }

    /// - Returns: `nil` where the store's value is none of its kind, which an exported row then leaves out.
    func json(_ value: ExchangeValue) -> JSONValue? {
        guard value != absent else { return nil }
        return switch (kind, value) {
        case (.number, .integer(let number)), (.reference, .integer(let number)), (.integer, .integer(let number)):
            .integer(number)
        case (.text, .text(let text)), (.word, .text(let text)): .string(text)
        case (.flag, .integer(let number)): .bool(number != 0)
        case (.time, .integer(let milliseconds)): .string(TimeText.format(Timestamp(milliseconds: milliseconds)))
        case (.identity, .bytes(let bytes)): .string(Hexadecimal.encode(bytes))
        case (.id, .integer(let number)): .string(Hexadecimal.encode(UInt64(bitPattern: number)))
        case (.texts, .text(let text)), (.evidence, .text(let text)):
            (try? JSONDocument(Array(text.utf8)))?.root.plain
        default: nil
        }
    }

    /// - Returns: `nil` where `node` is no value of its kind.
    func value(_ node: JSONNode) -> ExchangeValue? {
        switch kind {
        case .number, .reference: return node.integer.flatMap { $0 > 0 ? .integer(Int64($0)) : nil }
        case .integer(let bounds):
            return node.integer.flatMap { bounds.contains(Int64($0)) ? .integer(Int64($0)) : nil }
        case .text: return node.string.map { .text($0) }
        case .word(let words): return node.string.flatMap { words.contains($0) ? .text($0) : nil }
        case .flag:
            guard case .bool(let flag) = node.value else { return nil }
            return .integer(flag ? 1 : 0)
        case .time: return node.string.flatMap(TimeText.parse).map { .integer($0.milliseconds) }
        case .identity:
            return node.string.flatMap { Hexadecimal.decode($0) }.flatMap { $0.count == 32 ? .bytes($0) : nil }
        case .id: return node.string.flatMap { Hexadecimal.decodeWord($0) }.map { .integer(Int64(bitPattern: $0)) }
        case .texts:
            guard let elements = node.elements, elements.allSatisfy({ $0.string != nil }) else { return nil }
            return .text(node.plain.text)
        case .evidence:
            guard let elements = node.elements, elements.allSatisfy(Self.isSighting) else { return nil }
            return .text(node.plain.text)
        }
    }

    private static func isSighting(_ node: JSONNode) -> Bool {
        guard let parts = node.elements, parts.count == 3 else { return false }
        return parts[0].integer.map { TimeText.range.contains(Int64($0)) } ?? false
            && parts[1].string.flatMap { Hexadecimal.decodeWord($0) } != nil
            && parts[2].string != nil
    }

    /// What to say where a member is no such value.
    var expectation: String {
        switch kind {
        case .number, .reference: "a whole number of at least 1"
        case .integer(let bounds):
            bounds.upperBound == .max
                ? "a whole number" : "a whole number from \(bounds.lowerBound) to \(bounds.upperBound)"
        case .text: "a string"
        case .word(let words): "one of \(words.joined(separator: ", "))"
        case .flag: "true or false"
        case .time: "a time such as \"2026-11-17T14:00:00.000Z\""
        case .identity: "64 hexadecimal digits"
        case .id: "16 hexadecimal digits"
        case .texts: "an array of strings"
        case .evidence: "an array of [milliseconds, id, value]"
        }
    }
}

/// A value as the store keeps it.
public enum ExchangeValue: Hashable, Sendable {
    case null
    case integer(Int64)
    case text(String)
    case bytes([UInt8])

    /// `nil` where it is no whole number.
    public var integer: Int64? {
        if case .integer(let number) = self { number } else { nil }
    }

    /// `nil` where it is no text.
    public var text: String? {
        if case .text(let text) = self { text } else { nil }
    }

    /// `nil` where it is no whole number.
    public var time: Timestamp? { integer.map(Timestamp.init(milliseconds:)) }
}
