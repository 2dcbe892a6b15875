import GRDB
import PrompterCore

/// Every version of each watch: those whose sightings overlap one of its bindings, as in the view `prompt_versions`.
enum VersionQuery {
    /// - Returns: in the order of the watches' keys, the version seen last first.
    static func run(
        on database: Database, matching filter: WatchFilter, progress: (Int, Int) -> Void
    ) throws -> [VersionReport] {
        let bindings = try PreparedStatement(bindingsSQL, on: database)
        FilterClause.bind(filter, to: bindings)
        var asked: [(watch: Watch.Key, row: Int64, from: Timestamp, until: Timestamp?)] = []
        while try bindings.step() {
            asked.append(
                (
                    Watch.Key(bindings, firstColumn: 0), bindings.integer(at: 5),
                    Timestamp(milliseconds: bindings.integer(at: 6)), bindings.time(at: 7)
                ))
        }
        let findTarget = try PreparedStatement(targetSQL, on: database)
        let findVersions = try PreparedStatement(versionsSQL, on: database)
        var reports: [VersionReport] = []
        var seen: Set<Int64> = []
        var (watch, start): (Watch.Key?, Int) = (nil, 0)
        var boundRow: Int64?
        func finish() {
            reports[start...].sort { Version.isSeenLater($0.version, $1.version) }
            start = reports.count
        }
        for (index, binding) in asked.enumerated() {
            if binding.watch != watch {
                finish()
                seen = []
                watch = binding.watch
                boundRow = binding.until == nil ? binding.row : nil
            }
            findTarget.bind(binding.row, at: 1)
            guard try findTarget.step() else { continue }
            let target = TargetID(findTarget.bytes(at: 0))
            let life = TargetLife(encoded: findTarget.bytes(at: 1)) ?? TargetLife()
            let sightings = Int(findTarget.integer(at: 2))
            findTarget.reset()
            guard let target else { continue }
            findVersions.bind(binding.row, at: 1)
            findVersions.bind(binding.from, at: 2)
            findVersions.bind(binding.until?.milliseconds, at: 3)
            while try findVersions.step() {
                guard let version = Version(findVersions, firstColumn: 0),
                    seen.insert(findVersions.integer(at: Version.columnCount)).inserted
                else { continue }
                reports.append(
                    VersionReport(
                        watch: binding.watch, target: target, isBound: binding.row == boundRow, version: version,
                        source: findVersions.text(at: Version.columnCount + 1), life: life, sightings: sightings))
            }
            progress(index + 1, asked.count)
        }
        finish()
        return reports
    }

    // The open binding of a watch comes first: a version that it shares with an older one is shown as what it is now.
    static let bindingsSQL = """
        SELECT
            org, workspace, template, bindings.provider, bindings.model, target_id,
            valid_from - coalesce(bindings.interval_ms, targets.interval_ms, 0) * 3 / 2, valid_until
        FROM bindings JOIN targets ON targets.id = target_id
        WHERE \(FilterClause.sql)
        ORDER BY org, workspace, template, bindings.provider, bindings.model, valid_until IS NOT NULL, valid_from
        """

    static let targetSQL = """
        SELECT identity, life, (SELECT sum(sightings) FROM versions WHERE target_id = targets.id)
        FROM targets WHERE id = ?1
        """

    static let versionsSQL = """
        SELECT \(Version.columns), id, source FROM versions
        WHERE target_id = ?1 AND sightings > 0 AND last_seen_at > ?2 AND (?3 IS NULL OR first_seen_at < ?3)
        """
}
