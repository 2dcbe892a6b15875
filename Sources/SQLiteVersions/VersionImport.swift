import GRDB
import PrompterCore

/// Takes an export's versions in, and knows them by their numbers.
///
/// In an export of the first form versions differ by their metadata too. Those that differ by nothing else become one, which has
/// then several lines.
struct VersionImport {
    struct Row {
        var id: Int64
        /// Whether this import made it: its sightings are then those that its lines say.
        var isNew: Bool
        /// In an export of the first form that of its observations.
        var metadata: String?
    }

    struct Tally {
        var target: Int64
        /// Whether nothing was known of the target.
        var isOfNewTarget: Bool
        var version: Row
        var tally: TallyImport.Tally

        init?(_ row: ExchangeRow, target: Int64, isOfNewTarget: Bool, _ version: Row) {
            guard let first = row["first_at"].time, let last = row["last_at"].time,
                let sightings = row["sightings"].integer
            else { return nil }
            self.target = target
            self.isOfNewTarget = isOfNewTarget
            self.version = version
            tally = TallyImport.Tally(
                first: first, last: last, sightings: sightings, longestGap: row["longest_gap_ms"].integer)
        }
    }

    private let find, add, merge: PreparedStatement
    private let metadata: MetadataRows
    private var rows: [Int64: Row] = [:]
    private var new: Set<Int64> = []
    /// How many lines each version has, by its row.
    private var lines: [Int64: Int] = [:]
    private var shared: [Int64: [Int64: Tally]] = [:]

    init(on database: Database) throws {
        metadata = try MetadataRows(on: database)
        find = try PreparedStatement(
            """
            SELECT id FROM versions
            WHERE target_id = ?1 AND resolved_model = ?2 AND provider_version_key = ?3 AND digest = ?4
            """, on: database)
        add = try PreparedStatement("\(ImportWriter.insertSQL(into: .version)) RETURNING id", on: database)
        merge = try PreparedStatement(
            """
            UPDATE versions SET
                first_seen_at = min(coalesce(first_seen_at, ?2), coalesce(?2, first_seen_at)),
                last_seen_at = max(coalesce(last_seen_at, ?3), coalesce(?3, last_seen_at)),
                fingerprint_captured_at = iif(
                    ?5, min(coalesce(fingerprint_captured_at, ?4), coalesce(?4, fingerprint_captured_at)),
                    coalesce(fingerprint_captured_at, ?4)),
                sightings = sightings + iif(?5, ?6, 0)
            WHERE id = ?1
            """, on: database)
    }

    /// The version that `row` refers to.
    func version(of row: ExchangeRow) -> Row? { row["version"].integer.flatMap { rows[$0] } }

    /// - Returns: whether it was not known.
    mutating func take(_ row: ExchangeRow, target: Int64) throws -> Bool {
        guard let number = row["number"].integer else { return false }
        let former = row["metadata"].text
        if let former, let time = row["first_seen_at"].time { try metadata.see(former, of: target, at: time) }
        find.bind(target, at: 1)
        for (index, name) in ["resolved_model", "provider_version_key", "digest"].enumerated() {
            find.bind(row[name].text ?? "", at: CInt(index + 2))
        }
        guard try find.step() else {
            ImportWriter.bind(row, to: add, target: target)
            _ = try add.step()
            let id = add.integer(at: 0)
            add.reset()
            new.insert(id)
            lines[id] = 1
            rows[number] = Row(id: id, isNew: true, metadata: former)
            return true
        }
        let id = find.integer(at: 0)
        find.reset()
        lines[id, default: 0] += 1
        rows[number] = Row(id: id, isNew: new.contains(id), metadata: former)
        merge.bind(id, at: 1)
        for (index, name) in ["first_seen_at", "last_seen_at", "fingerprint_captured_at"].enumerated() {
            merge.bind(row[name].integer, at: CInt(index + 2))
        }
        merge.bind(new.contains(id) ? 1 : 0, at: 5)
        merge.bind(row["sightings"].integer, at: 6)
        try merge.run()
        return false
    }

    /// Keeps a tally of a version that has several lines, until all of one day are known.
    ///
    /// - Returns: `false` for a tally that stands by itself.
    mutating func share(_ tally: Tally) -> Bool {
        guard lines[tally.version.id] ?? 1 > 1 else { return false }
        let day = ExchangeRow.day(of: tally.tally.first)
        var sum = tally
        if let known = shared[tally.version.id]?[day]?.tally {
            sum.tally = known.spanning(tally.tally, sightings: known.sightings + tally.tally.sightings)
        }
        shared[tally.version.id, default: [:]][day] = sum
        return true
    }

    /// What ``share(_:)`` has kept.
    var sharedTallies: [Tally] { shared.values.flatMap(\.values) }
}
