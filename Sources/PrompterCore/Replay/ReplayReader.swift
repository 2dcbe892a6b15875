/// Reads a recorded past, as its bytes come in: lines of an export, and lines of any other log that have the members of
/// ``RecordedLine``.
struct ReplayReader: Sendable {
    /// A finding, and where it stands.
    struct Entry: Sendable {
        var finding: Finding
        var id: UInt64
        var line: Int
        /// The index of its target in ``ReplayReader/subjects``.
        var subject: Int
        /// Whether it says which slot it belongs to.
        var hasSlot: Bool
        /// Whether it belongs to the slot of the finding before it.
        var isConfirmation: Bool
    }

    private struct Asked: Hashable {
        var provider: String
        var model: String
    }

    /// The most names of members that are remembered for having no meaning.
    private static let mostUnknown = 16

    var subjects: [ReplaySubject] = []
    /// Days' tallies in an export, whose observations were pruned.
    private(set) var tallies = 0
    /// Members that have no meaning here.
    private(set) var unknown: Set<String> = []
    private(set) var number = 1

    private var asked: [Asked: Int] = [:]
    /// Of the export that is read: which targets and versions its numbers stand for.
    private var targets: [Int64: Int] = [:]
    private var versions: [Int64: VersionIdentity] = [:]
    /// In an export of the first form the metadata stands with the version.
    private var formerMetadata: [Int64: String] = [:]
    private var known: [TargetID: Int] = [:]
    private var line: [UInt8] = []
    private var isTooLong = false

    /// Reads the lines that end in `bytes`.
    mutating func take(_ bytes: ArraySlice<UInt8>) -> [Result<Entry, ExchangeReader.Complaint>] {
        var entries: [Result<Entry, ExchangeReader.Complaint>] = []
        var rest = bytes
        while let end = rest.firstIndex(of: 0x0A) {
            append(rest[..<end])
            if let entry = endLine() { entries.append(entry) }
            rest = rest[(end + 1)...]
        }
        append(rest)
        return entries
    }

    /// Reads what stands behind the last end of a line.
    mutating func finish() -> [Result<Entry, ExchangeReader.Complaint>] {
        endLine().map { [$0] } ?? []
    }

    private mutating func append(_ bytes: ArraySlice<UInt8>) {
        if line.count + bytes.count > ExchangeReader.longestLine {
            isTooLong = true
        } else {
            line.append(contentsOf: bytes)
        }
    }

    private mutating func endLine() -> Result<Entry, ExchangeReader.Complaint>? {
        defer {
            line.removeAll(keepingCapacity: true)
            isTooLong = false
            number += 1
        }
        do throws(ExchangeRow.Refusal) {
            if isTooLong {
                throw ExchangeRow.Refusal("the line is longer than \(ExchangeReader.longestLine) bytes")
            }
            guard line.contains(where: { ![0x20, 0x09, 0x0D].contains($0) }) else { return nil }
            return try entry().map { .success($0) }
        } catch {
            return .failure(ExchangeReader.Complaint(line: number, reason: error.description))
        }
    }

    private mutating func entry() throws(ExchangeRow.Refusal) -> Entry? {
        let document: JSONDocument
        do {
            document = try JSONDocument(line)
        } catch {
            throw ExchangeRow.Refusal("not JSON: \(error)")
        }
        guard case .object(let members) = document.root.value else {
            throw ExchangeRow.Refusal("expected an object here, not \(document.root.kind)")
        }
        if let twice = document.duplicateNames.first {
            throw ExchangeRow.Refusal("\(SafeText(twice.name)) appears twice")
        }
        if document.root["row"] != nil { return try entry(of: ExchangeRow.read(document)) }
        return entry(of: try RecordedLine(members))
    }

    private mutating func entry(of line: RecordedLine) -> Entry? {
        for name in line.unknown where unknown.count < Self.mostUnknown { unknown.insert(name) }
        let index = subject(of: line)
        if line.digest != nil { subjects[index].shows.insert(.digest) }
        if line.metadata != nil { subjects[index].shows.insert(.metadata) }
        let id = UInt64(number)
        guard let finding = line.finding(of: subjects[index].target, shows: subjects[index].shows, id: id) else {
            return nil
        }
        return Entry(
            finding: finding, id: id, line: number, subject: index, hasSlot: false, isConfirmation: line.isConfirmation)
    }

    private mutating func subject(of line: RecordedLine) -> Int {
        let asked = Asked(provider: line.provider, model: line.model)
        if let index = self.asked[asked] { return index }
        subjects.append(ReplaySubject(provider: line.provider, model: line.model))
        self.asked[asked] = subjects.count - 1
        return subjects.count - 1
    }

    /// - Parameter row: `nil` for an export's first line.
    private mutating func entry(of row: ExchangeRow?) throws(ExchangeRow.Refusal) -> Entry? {
        guard let row else {
            (targets, versions, formerMetadata) = ([:], [:], [:])
            return nil
        }
        switch row.table {
        case .target: addTarget(row)
        case .version:
            let number = row["number"].integer ?? 0
            versions[number] = VersionIdentity(
                resolvedModel: row["resolved_model"].text, fingerprint: row["fingerprint"].text,
                digest: row["digest"].text)
            formerMetadata[number] = row["metadata"].text
        case .binding:
            let texts = ["org", "workspace", "template", "provider", "model"].map { row[$0].text ?? "" }
            let watch = Watch.Key(
                org: texts[0], workspace: texts[1], template: texts[2], provider: texts[3], model: texts[4])
            let pointer = ReplaySubject.Pointer(
                watch: watch, from: row["valid_from"].time ?? Timestamp(milliseconds: 0),
                until: row["valid_until"].time)
            subjects[try target(of: row)].pointers.append(pointer)
        case .observation: return try observation(row)
        case .tally: tallies += 1
        // They are told anew.
        case .event: break
        }
        return nil
    }

    private mutating func addTarget(_ row: ExchangeRow) {
        guard case .bytes(let bytes) = row["identity"], let identity = TargetID(bytes) else { return }
        if known[identity] == nil {
            subjects.append(
                ReplaySubject(identity, provider: row["provider"].text ?? "", model: row["model"].text ?? ""))
            known[identity] = subjects.count - 1
        }
        targets[row["number"].integer ?? 0] = known[identity]
    }

    private func target(of row: ExchangeRow) throws(ExchangeRow.Refusal) -> Int {
        let number = row["target"].integer ?? 0
        guard let index = targets[number] else {
            throw ExchangeRow.Refusal(
                "no earlier line defines target \(number); replay the export from its first line")
        }
        return index
    }

    private func observation(_ row: ExchangeRow) throws(ExchangeRow.Refusal) -> Entry? {
        let index = try target(of: row)
        let versionNumber = row["version"].integer ?? 0
        guard let version = versions[versionNumber] else {
            throw ExchangeRow.Refusal(
                "no earlier line defines version \(versionNumber); replay the export from its first line"
            )
        }
        guard row["suspect"].integer != 1 else { return nil }
        let id = UInt64(bitPattern: row["id"].integer ?? 0)
        let observation = Observation(
            id: id, target: subjects[index].target, slot: row["slot"].integer ?? 0,
            time: row["observed_at"].time ?? Timestamp(milliseconds: 0), version: version,
            metadata: row["metadata"].text ?? formerMetadata[versionNumber],
            shows: SignalSet(rawValue: UInt8(truncatingIfNeeded: row["shows"].integer ?? 0)),
            isConfirmation: row["is_confirmation"].integer == 1, retirement: row["retirement_at"].time)
        return Entry(
            finding: .observation(observation, imported: false), id: id, line: number, subject: index, hasSlot: true,
            isConfirmation: observation.isConfirmation)
    }
}
