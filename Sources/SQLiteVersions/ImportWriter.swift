import GRDB
public import PrompterCore

/// Takes an export in inside one transaction: what is known already stays as it is, and nobody is told of what is not.
struct ImportWriter {
    private struct TargetRow {
        var id: Int64
        var identity: TargetID
        /// Whether this import made it: what the export says of it then holds as it stands.
        var isNew: Bool
        /// At which interval the export says that it is probed.
        var interval: Int64?
        var prunedAt: Timestamp?
        var earliest: Timestamp?
    }

    private let now: Timestamp
    private let database: Database
    private var bindings: BindingImport
    private var versions: VersionImport
    private let tallies: TallyImport
    private var promptVersions: PromptVersionImport
    private let addObservation, see: PreparedStatement
    private let metadata: MetadataRows
    /// By their numbers in the export.
    private var targets: [Int64: TargetRow] = [:]
    private(set) var summary = ImportSummary()

    init(on database: Database, at now: Timestamp) throws {
        self.now = now
        self.database = database
        bindings = try BindingImport(on: database)
        versions = try VersionImport(on: database)
        tallies = try TallyImport(on: database)
        promptVersions = try PromptVersionImport(on: database, at: now)
        metadata = try MetadataRows(on: database)
        addObservation = try PreparedStatement(
            "\(Self.insertSQL(into: .observation)) ON CONFLICT DO NOTHING", on: database)
        see = try PreparedStatement(
            """
            UPDATE versions SET
                first_seen_at = min(coalesce(first_seen_at, ?2), ?2), last_seen_at = max(coalesce(last_seen_at, ?2), ?2),
                sightings = sightings + ?3
            WHERE id = ?1
            """, on: database)
    }

    mutating func take(_ entry: ExchangeReader.Entry) throws {
        summary.rows += 1
        switch entry {
        case .row(let row): if try take(row) { summary.added[row.table, default: 0] += 1 }
        case .promptVersion(let row):
            if try promptVersions.take(row) { summary.added[.version, default: 0] += 1 }
        case .nameless: summary.nameless += 1
        }
    }

    /// What is left to do when everything was taken: the lives of those targets whose past is another now.
    mutating func finish() throws {
        summary.added[.binding, default: 0] += try promptVersions.finish(&bindings)
        for tally in versions.sharedTallies where try take(tally) { summary.added[.tally, default: 0] += 1 }
        try VersionIDs.fill(on: database)
        let lives = try LifeWriter(on: database, at: now, events: try EventWriter(on: database, at: now))
        for target in targets.values.sorted(by: { $0.id < $1.id }) {
            guard let earliest = target.earliest else { continue }
            try lives.restore(
                target.identity, row: target.id, from: max(earliest, target.prunedAt ?? earliest))
        }
    }

    /// - Returns: whether it was not known.
    private mutating func take(_ row: ExchangeRow) throws -> Bool {
        switch row.table {
        case .target: return try takeTarget(row)
        case .version:
            guard let target = target(of: row) else { return false }
            return try versions.take(row, target: target.id)
        case .observation: return try takeObservation(row)
        case .binding:
            guard let target = target(of: row), let from = row["valid_from"].time else { return false }
            let texts = ["org", "workspace", "template", "provider", "model"].map { row[$0].text ?? "" }
            guard let watch = Watch.Key(texts: texts) else { return false }
            return try bindings.add(
                watch, target: target.id, interval: row["interval_ms"].integer ?? target.interval, from: from,
                until: row["valid_until"].time, expect: row["expect"].text,
                isAsked: row["requested"] == .integer(1)) > 0
        case .tally:
            guard let target = target(of: row), let version = versions.version(of: row),
                let tally = VersionImport.Tally(row, target: target.id, isOfNewTarget: target.isNew, version)
            else { return false }
            return versions.share(tally) ? false : try take(tally)
        case .event:
            guard let target = target(of: row) else { return false }
            let statement = try PreparedStatement(
                "\(Self.insertSQL(into: .event)) ON CONFLICT DO NOTHING", on: database)
            Self.bind(row, to: statement, target: target.id)
            return try statement.run() > 0
        }
    }

    private func take(_ tally: VersionImport.Tally) throws -> Bool {
        let added = try tallies.merge(
            target: tally.target, version: tally.version.id, tally.tally, isOfNewTarget: tally.isOfNewTarget)
        if added > 0, !tally.version.isNew { try see(tally.version.id, tally.tally.last, added) }
        return added > 0
    }

    private mutating func takeTarget(_ row: ExchangeRow) throws -> Bool {
        guard let number = row["number"].integer, case .bytes(let bytes) = row["identity"],
            let identity = TargetID(bytes)
        else { return false }
        let find = try PreparedStatement("SELECT id, pruned_at FROM targets WHERE identity = ?1", on: database)
        find.bind(bytes, at: 1)
        if try find.step() {
            targets[number] = TargetRow(
                id: find.integer(at: 0), identity: identity, isNew: false, interval: row["interval_ms"].integer,
                prunedAt: find.time(at: 1))
            find.reset()
            let merge = try PreparedStatement(Self.mergeTargetSQL, on: database)
            Self.bind(row, to: merge)
            try merge.run()
            return false
        }
        let add = try PreparedStatement("\(Self.insertSQL(into: .target)) RETURNING id", on: database)
        Self.bind(row, to: add)
        _ = try add.step()
        targets[number] = TargetRow(
            id: add.integer(at: 0), identity: identity, isNew: true, interval: row["interval_ms"].integer,
            prunedAt: row["pruned_at"].time)
        add.reset()
        return true
    }

    private mutating func takeObservation(_ row: ExchangeRow) throws -> Bool {
        guard let number = row["target"].integer, let target = targets[number],
            let version = versions.version(of: row), let time = row["observed_at"].time
        else { return false }
        let value = row["metadata"].text ?? version.metadata
        if let value, row["suspect"] == .integer(0) { try metadata.see(value, of: target.id, at: time) }
        // Its like was pruned here: it would be pruned with the next, a second time.
        if !target.isNew, let prunedAt = target.prunedAt, time < prunedAt, try !isKnown(row, target: target.id) {
            let isNews = try tallies.fold(target: target.id, version: version.id, at: time)
            if isNews, !version.isNew { try see(version.id, time, 1) }
            return isNews
        }
        Self.bind(row, to: addObservation, target: target.id, version: version.id)
        addObservation.bind(value, at: Self.metadataPlace)
        guard try addObservation.run() > 0 else { return false }
        guard row["suspect"] == .integer(0) else { return true }
        if !version.isNew { try see(version.id, time, 1) }
        targets[number]?.earliest = min(target.earliest ?? time, time)
        return true
    }

    private func isKnown(_ observation: ExchangeRow, target: Int64) throws -> Bool {
        let find = try PreparedStatement(
            "SELECT 1 FROM observations WHERE target_id = ?1 AND observed_at = ?2 AND id = ?3", on: database)
        find.bind(target, at: 1)
        find.bind(observation["observed_at"].integer, at: 2)
        find.bind(observation["id"].integer, at: 3)
        defer { find.reset() }
        return try find.step()
    }

    private func see(_ version: Int64, _ time: Timestamp, _ sightings: Int64) throws {
        see.bind(version, at: 1)
        see.bind(time, at: 2)
        see.bind(sightings, at: 3)
        try see.run()
    }

    private func target(of row: ExchangeRow) -> TargetRow? { row["target"].integer.flatMap { targets[$0] } }

    /// Binds the row's values in the order of its columns, and for its numbers those that the store has given.
    static func bind(
        _ row: ExchangeRow, to statement: PreparedStatement, target: Int64? = nil, version: Int64? = nil
    ) {
        for (index, (column, value)) in zip(row.table.columns, row.values).filter({ !$0.0.isFormer }).enumerated() {
            let place = CInt(index + 1)
            switch (column.kind, value) {
            case (.number, _): statement.bind(Int64?.none, at: place)
            case (.reference(.target), _): statement.bind(target, at: place)
            case (.reference, _): statement.bind(version, at: place)
            case (_, .integer(let number)): statement.bind(number, at: place)
            case (_, .text(let text)): statement.bind(text, at: place)
            case (_, .bytes(let bytes)): statement.bind(bytes, at: place)
            case (_, .null): statement.bind(Int64?.none, at: place)
            }
        }
    }

    /// A column has the parameter of its place; an `id` without a value is given by the store.
    static func insertSQL(into table: ExchangeTable) -> String {
        let columns = table.columns.filter { !$0.isFormer }
        let names = columns.map(ExportQuery.name).joined(separator: ", ")
        let values = columns.indices.map { "?\($0 + 1)" }.joined(separator: ", ")
        return "INSERT INTO \(ExportQuery.storeName(of: table)) (\(names)) VALUES (\(values))"
    }

    private static let metadataPlace = CInt(
        (ExchangeTable.observation.columns.firstIndex { $0.name == "metadata" } ?? 0) + 1)

    /// What is known of the last attempt is taken from whoever made it. The parameters are the target's columns.
    private static let mergeTargetSQL: String = {
        func given(_ name: String) -> String {
            "?\((ExchangeTable.target.columns.filter { !$0.isFormer }.firstIndex { $0.name == name } ?? 0) + 1)"
        }
        let attempt = (TroubleColumns.all + ["lookup_failure"]).map {
            "\($0) = iif(\(given("last_attempt_at")) > coalesce(last_attempt_at, 0), \(given($0)), \($0))"
        }
        let filled = ["provider", "dialect", "base_url", "model", "kind", "interval_ms", "learned"].map {
            "\($0) = coalesce(\($0), \(given($0)))"
        }
        let latest = ["last_attempt_at", "last_success_at"].map {
            "\($0) = max(coalesce(\($0), \(given($0))), coalesce(\(given($0)), \($0)))"
        }
        let earliest = "created_at = min(created_at, \(given("created_at")))"
        return """
            UPDATE targets SET \((attempt + filled + latest + [earliest]).joined(separator: ", "))
            WHERE identity = \(given("identity"))
            """
    }()
}

/// What an import brought that was not known.
public struct ImportSummary: Hashable, Sendable {
    /// New rows, by their table. Of the service layer's table a row is a version.
    public var added: [ExchangeTable: Int] = [:]
    /// Rows that were read.
    public var rows = 0
    /// Rows that name no version and were left out.
    public var nameless = 0

    public init() {}
}
