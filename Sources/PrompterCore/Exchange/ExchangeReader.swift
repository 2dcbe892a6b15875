/// Reads what is imported, as its bytes come in: an export's JSON Lines, or the service layer's table as CSV with a header.
/// Which of the two it is shows the first byte.
public struct ExchangeReader: Sendable {
    /// What a line holds.
    public enum Entry: Hashable, Sendable {
        case row(ExchangeRow)
        case promptVersion(PromptVersionRow)
        /// A row that names no version, and is left out.
        case nameless
    }

    /// A line that can't be imported.
    public struct Complaint: Error, Hashable, Sendable, CustomStringConvertible {
        /// From 1.
        public var line: Int
        public var reason: String

        public var description: String { "\(line): \(reason)" }
    }

    /// The longest line that is read, in bytes.
    public static let longestLine = CSVReader.longestRecord

    private let now: Timestamp
    private var csv: CSVReader?
    private var header: PromptVersionRow.Header?
    /// Whether the header is wrong, so that no row can be read.
    private var isHeaderless = false
    private var isJSON = false
    private var line: [UInt8] = []
    private var isTooLong = false
    private var number = 1
    /// Which numbers targets and versions have, and whose a version is.
    private var targets: Set<Int64> = []
    private var versions: [Int64: Int64] = [:]
    /// Numbers of lines that can't be imported: what refers to them is not complained of again.
    private var hasBadNumbers = false
    private var openBindings: Set<[String]> = []

    /// - Parameter now: what is dated later, by more than clocks differ, is no history.
    public init(at now: Timestamp) {
        self.now = now
    }

    /// - Returns: what ends in `bytes`, in its order.
    public mutating func take(_ bytes: some Collection<UInt8>) -> [Result<Entry, Complaint>] {
        var rest = bytes[...]
        if csv == nil, !isJSON {
            // A mark of the byte order is the CSV reader's to take; white space may stand before either.
            while let byte = rest.first, [0x20, 0x09, 0x0A, 0x0D].contains(byte) {
                if byte == 0x0A { number += 1 }
                rest = rest.dropFirst()
            }
            guard let first = rest.first else { return [] }
            if first == UInt8(ascii: "{") { isJSON = true } else { csv = CSVReader(line: number) }
        }
        if let records = csv?.take(rest) { return records.compactMap { entry($0) } }
        var entries: [Result<Entry, Complaint>] = []
        while let end = rest.firstIndex(of: 0x0A) {
            append(rest[..<end])
            if let entry = endLine() { entries.append(entry) }
            rest = rest[rest.index(after: end)...]
        }
        append(rest)
        return entries
    }

    /// - Returns: what stands behind the last end of a line.
    public mutating func finish() -> [Result<Entry, Complaint>] {
        if let record = csv?.finish() { return entry(record).map { [$0] } ?? [] }
        return endLine().map { [$0] } ?? []
    }

    private mutating func append(_ bytes: some Collection<UInt8>) {
        if line.count + bytes.count > Self.longestLine { isTooLong = true } else { line.append(contentsOf: bytes) }
    }

    private mutating func endLine() -> Result<Entry, Complaint>? {
        defer {
            line.removeAll(keepingCapacity: true)
            isTooLong = false
            number += 1
        }
        if isTooLong { return refuse(number, "the line is longer than \(Self.longestLine) bytes") }
        guard line.contains(where: { ![0x20, 0x09, 0x0D].contains($0) }) else { return nil }
        do throws(ExchangeRow.Refusal) {
            guard let row = try ExchangeRow.read(line) else { return nil }
            if let reason = refusal(of: row) { return refuse(number, reason) }
            return .success(.row(row))
        } catch {
            return refuse(number, error.description)
        }
    }

    private mutating func refuse(_ line: Int, _ reason: String) -> Result<Entry, Complaint> {
        hasBadNumbers = true
        return .failure(Complaint(line: line, reason: reason))
    }

    /// Why `row` does not go with those before it; remembers what later ones refer to.
    private mutating func refusal(of row: ExchangeRow) -> String? {
        if let number = row["number"].integer {
            let isKnown = row.table == .target ? targets.contains(number) : versions[number] != nil
            if isKnown { return "the number \(number) appears twice" }
        }
        let target = row["target"].integer
        if let target, !targets.contains(target) {
            return hasBadNumbers ? nil : "no earlier line defines target \(target)"
        }
        if let version = row["version"].integer, versions[version] != target {
            return hasBadNumbers ? nil : "no earlier line defines version \(version) of target \(target ?? 0)"
        }
        switch row.table {
        case .target: row["number"].integer.map { _ = targets.insert($0) }
        case .version: row["number"].integer.map { versions[$0] = target }
        case .binding where row["valid_until"] == .null:
            let key = ["org", "workspace", "template", "provider", "model"].map { row[$0].text ?? "" }
            if !openBindings.insert(key).inserted {
                return "an earlier line already gives the watch a current target"
            }
        default: break
        }
        return nil
    }

    private mutating func entry(_ record: CSVReader.Record) -> Result<Entry, Complaint>? {
        if let complaint = record.complaint {
            if header == nil { isHeaderless = true }
            return refuse(record.line, complaint)
        }
        guard !isHeaderless else { return nil }
        do throws(ExchangeRow.Refusal) {
            guard let header else {
                header = try PromptVersionRow.Header(record.fields)
                return nil
            }
            guard let row = try PromptVersionRow(record.fields, header) else { return .success(.nameless) }
            guard !Recorded.isSuspect(row.lastSeen, at: now) else {
                return refuse(record.line, "last_seen_at is in the future")
            }
            return .success(.promptVersion(row))
        } catch {
            if header == nil { isHeaderless = true }
            return refuse(record.line, error.description)
        }
    }
}
