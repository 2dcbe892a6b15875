import GRDB
import PrompterCore

/// Takes an export in inside one transaction: what is known already stays as it is, and nobody is told of what is not.
struct ImportWriter {
    private struct TargetRow {
        var id: Int64
        var identity: TargetID
        /// Whether this import made it: what the export says of it then holds as it stands.
        var isNew: Bool
        var prunedAt: Timestamp?
        var earliest: Timestamp?
    }

    private struct VersionRow {
        var id: Int64
        var isNew: Bool
    }

    private let now: Timestamp
    private let database: Database
    private var bindings: BindingImport
    private let tallies: TallyImport
    private var promptVersions: PromptVersionImport
    private let addObservation, see: PreparedStatement
    /// By their numbers in the export.
    private var targets: [Int64: TargetRow] = [:]
    private var versions: [Int64: VersionRow] = [:]
    private(set) var summary = ImportSummary()

    init(on database: Database, at now: Timestamp) throws {
        self.now = now
        self.database = database
        bindings = try BindingImport(on: database)
        tallies = try TallyImport(on: database)
        promptVersions = try PromptVersionImport(on: database, at: now)
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
        case .version: return try takeVersion(row)
        case .observation: return try takeObservation(row)
        case .binding:
            guard let target = target(of: row), let from = row["valid_from"].time else { return false }
            let texts = ["org", "workspace", "template", "provider", "model"].map { row[$0].text ?? "" }
            guard let watch = Watch.Key(texts: texts) else { return false }
            return try bindings.add(
                watch, target: target.id, from: from, until: row["valid_until"].time, expect: row["expect"].text) > 0
        case .tally:
            guard let target = target(of: row), let version = row["version"].integer.flatMap({ versions[$0] }),
                let first = row["first_at"].time, let last = row["last_at"].time, let count = row["sightings"].integer
            else { return false }
            let added = try tallies.merge(
                target: target.id, version: version.id, first: first, last: last, sightings: count,
                isOfNewTarget: target.isNew)
            if added > 0, !version.isNew { try see(version.id, last, added) }
            return added > 0
        case .event:
            guard let target = target(of: row) else { return false }
            let statement = try PreparedStatement(
                "\(Self.insertSQL(into: .event)) ON CONFLICT DO NOTHING", on: database)
            bind(row, to: statement, target: target.id)
            return try statement.run() > 0
        }
    }

    private mutating func takeTarget(_ row: ExchangeRow) throws -> Bool {
        guard let number = row["number"].integer, case .bytes(let bytes) = row["identity"],
            let identity = TargetID(bytes)
        else { return false }
        let find = try PreparedStatement("SELECT id, pruned_at FROM targets WHERE identity = ?1", on: database)
        find.bind(bytes, at: 1)
        if try find.step() {
            targets[number] = TargetRow(
                id: find.integer(at: 0), identity: identity, isNew: false, prunedAt: find.time(at: 1))
            find.reset()
            let merge = try PreparedStatement(Self.mergeTargetSQL, on: database)
            bind(row, to: merge)
            try merge.run()
            return false
        }
        let add = try PreparedStatement("\(Self.insertSQL(into: .target)) RETURNING id", on: database)
        bind(row, to: add)
        _ = try add.step()
        targets[number] = TargetRow(
            id: add.integer(at: 0), identity: identity, isNew: true, prunedAt: row["pruned_at"].time)
        add.reset()
        return true
    }

    private mutating func takeVersion(_ row: ExchangeRow) throws -> Bool {
        guard let number = row["number"].integer, let target = target(of: row) else { return false }
        let names = ["resolved_model", "provider_version_key", "digest", "metadata"]
        let find = try PreparedStatement(
            """
            SELECT id FROM versions
            WHERE target_id = ?1 AND resolved_model = ?2 AND provider_version_key = ?3 AND digest = ?4 AND metadata = ?5
            """, on: database)
        find.bind(target.id, at: 1)
        for (index, name) in names.enumerated() { find.bind(row[name].text ?? "", at: CInt(index + 2)) }
        if try find.step() {
            let id = find.integer(at: 0)
            find.reset()
            versions[number] = VersionRow(id: id, isNew: false)
            let merge = try PreparedStatement(
                """
                UPDATE versions SET
                    first_seen_at = min(coalesce(first_seen_at, ?2), coalesce(?2, first_seen_at)),
                    last_seen_at = max(coalesce(last_seen_at, ?3), coalesce(?3, last_seen_at)),
                    fingerprint_captured_at = coalesce(fingerprint_captured_at, ?4)
                WHERE id = ?1
                """, on: database)
            merge.bind(id, at: 1)
            for (index, name) in ["first_seen_at", "last_seen_at", "fingerprint_captured_at"].enumerated() {
                merge.bind(row[name].integer, at: CInt(index + 2))
            }
            try merge.run()
            return false
        }
        let add = try PreparedStatement("\(Self.insertSQL(into: .version)) RETURNING id", on: database)
        bind(row, to: add, target: target.id)
        _ = try add.step()
        versions[number] = VersionRow(id: add.integer(at: 0), isNew: true)
        add.reset()
        return true
    }

    private mutating func takeObservation(_ row: ExchangeRow) throws -> Bool {
        guard let number = row["target"].integer, let target = targets[number],
            let version = row["version"].integer.flatMap({ versions[$0] }), let time = row["observed_at"].time
        else { return false }
        // Its like was pruned here: it would be pruned with the next, a second time.
        if !target.isNew, let prunedAt = target.prunedAt, time < prunedAt, try !isKnown(row, target: target.id) {
            let isNews = try tallies.fold(target: target.id, version: version.id, at: time)
            if isNews, !version.isNew { try see(version.id, time, 1) }
            return isNews
        }
        bind(row, to: addObservation, target: target.id, version: version.id)
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
    private func bind(
        _ row: ExchangeRow, to statement: PreparedStatement, target: Int64? = nil, version: Int64? = nil
    ) {
        for (index, (column, value)) in zip(row.table.columns, row.values).enumerated() {
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
    private static func insertSQL(into table: ExchangeTable) -> String {
        let names = table.columns.map(ExportQuery.name).joined(separator: ", ")
        let values = table.columns.indices.map { "?\($0 + 1)" }.joined(separator: ", ")
        return "INSERT INTO \(ExportQuery.storeName(of: table)) (\(names)) VALUES (\(values))"
    }

    /// What is known of the last attempt is taken from whoever made it. The parameters are the target's columns.
    private static let mergeTargetSQL: String = {
        func given(_ name: String) -> String {
            "?\((ExchangeTable.target.columns.firstIndex { $0.name == name } ?? 0) + 1)"
        }
        let attempt = (TroubleColumns.all + ["not_before"]).map {
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
