/// Cuts comma-separated values (RFC 4180) into records, as their bytes come in: fields may be quoted, and a quoted one may
/// hold commas, ends of lines and doubled quotes. A line may end with LF alone.
public struct CSVReader: Sendable {
    /// One record, or what keeps it from being one.
    public struct Record: Hashable, Sendable {
        /// The line that it begins on, from 1.
        public var line: Int
        public var fields: [String]
        /// Why it is no record; `nil` where it is one.
        public var complaint: String?
    }

    /// The longest record that is read, in bytes.
    public static let longestRecord = 1 << 20
    /// The most fields of a record that is read.
    public static let mostFields = 1000

    private enum State {
        case fieldStart, plain, quoted, quoteInQuoted
        /// Inside a record that is none, up to its line's end.
        case broken
    }

    private var state = State.fieldStart
    private var line: Int
    private var start: Int
    private var length = 0
    private var field: [UInt8] = []
    private var fields: [String] = []
    private var complaint: String?
    private var isAfterReturn = false
    private var atStart = true

    /// - Parameter line: the number of the first line.
    public init(line: Int = 1) {
        self.line = line
        start = line
    }

    /// - Returns: the records that end in `bytes`; empty lines are none.
    public mutating func take(_ bytes: some Sequence<UInt8>) -> [Record] {
        var records: [Record] = []
        for byte in bytes {
            if let record = take(byte) { records.append(record) }
        }
        return records
    }

    /// - Returns: the last record, where no end of line stands behind it.
    public mutating func finish() -> Record? {
        if case .quoted = state { complaint = complaint ?? "unclosed quote" }
        return length > 0 || complaint != nil ? end() : nil
    }

    private mutating func take(_ byte: UInt8) -> Record? {
        defer { if byte == UInt8(ascii: "\n") { line += 1 } }
        if atStart {
            // A mark of the byte order (U+FEFF) is no part of the first field.
            field.append(byte)
            if field == [0xEF, 0xBB, 0xBF] {
                (field, atStart) = ([], false)
                return nil
            }
            if [0xEF, 0xBB, 0xBF].starts(with: field) { return nil }
            let held = field
            (field, atStart) = ([], false)
            for byte in held.dropLast() { _ = add(byte) }
        }
        return add(byte)
    }

    private mutating func add(_ byte: UInt8) -> Record? {
        if case .quoted = state {
            length += 1
            if byte == UInt8(ascii: "\"") { state = .quoteInQuoted } else { append(byte) }
            return nil
        }
        switch byte {
        case UInt8(ascii: "\n"):
            if length == 0 || length == 1 && isAfterReturn {
                reset()
                return nil
            }
            if isAfterReturn, field.last == UInt8(ascii: "\r"), state != .broken { field.removeLast() }
            return end()
        case UInt8(ascii: ",") where state != .broken:
            length += 1
            endField()
        case UInt8(ascii: "\"") where state == .fieldStart:
            length += 1
            state = .quoted
        case UInt8(ascii: "\"") where state == .quoteInQuoted:
            length += 1
            append(byte)
            state = .quoted
        case UInt8(ascii: "\""):
            length += 1
            refuse("quote inside a field that does not start with one")
        default:
            length += 1
            switch state {
            case .quoteInQuoted where byte == UInt8(ascii: "\r"): append(byte)
            case .quoteInQuoted: refuse("unexpected text between a closing quote and the comma")
            case .broken: break
            default:
                append(byte)
                state = .plain
            }
        }
        isAfterReturn = byte == UInt8(ascii: "\r")
        return nil
    }

    private mutating func append(_ byte: UInt8) {
        guard length <= Self.longestRecord else {
            field = []
            complaint = complaint ?? "the record is longer than \(Self.longestRecord) bytes"
            return
        }
        field.append(byte)
    }

    private mutating func refuse(_ reason: String) {
        complaint = complaint ?? reason
        state = .broken
    }

    private mutating func endField() {
        if fields.count == Self.mostFields {
            complaint = complaint ?? "the record has more than \(Self.mostFields) fields"
        } else if let text = String(validating: field, as: UTF8.self) {
            fields.append(text)
        } else {
            complaint = complaint ?? "field \(fields.count + 1) is not UTF-8"
            fields.append("")
        }
        field = []
        state = .fieldStart
    }

    private mutating func end() -> Record {
        endField()
        defer { reset() }
        return Record(line: start, fields: complaint == nil ? fields : [], complaint: complaint)
    }

    private mutating func reset() {
        (state, length, isAfterReturn, complaint) = (.fieldStart, 0, false, nil)
        field = []
        fields = []
        start = line + 1
    }
}
