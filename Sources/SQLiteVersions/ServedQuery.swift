import GRDB
import PrompterCore

/// Which version served each watch at a time: reads what stands around it on each target's time line, and lets the core decide.
struct ServedQuery {
    private struct Row: Hashable {
        var id: Int64
        var target: TargetID
        var interval: Duration
    }

    private let time: Timestamp
    private let findInSlot, findBefore, findAfter, findTallies, findVersion: PreparedStatement
    private var versions: [Int64: VersionIdentity] = [:]

    private init(on database: Database, at time: Timestamp) throws {
        self.time = time
        findInSlot = try PreparedStatement(Self.inSlotSQL, on: database)
        findBefore = try PreparedStatement(Self.beforeSQL, on: database)
        findAfter = try PreparedStatement(Self.afterSQL, on: database)
        findTallies = try PreparedStatement(Self.talliesSQL, on: database)
        findVersion = try PreparedStatement(Self.versionSQL, on: database)
    }

    /// - Parameter progress: is given how many watches were seen to, and of how many.
    /// - Returns: in the order of the watches' keys.
    static func run(
        on database: Database, at time: Timestamp, matching filter: WatchFilter, progress: (Int, Int) -> Void
    ) throws -> [ServedReport] {
        let watches = try PreparedStatement(watchesSQL, on: database)
        FilterClause.bind(filter, to: watches)
        watches.bind(time, at: 6)
        var asked: [(watch: Watch.Key, row: Row)] = []
        while try watches.step() {
            guard let target = TargetID(watches.bytes(at: 6)) else { continue }
            let watch = Watch.Key(watches, firstColumn: 0)
            // Where a clock was set back between them two bindings may hold: the later one does.
            if asked.last?.watch == watch { asked.removeLast() }
            asked.append(
                (
                    watch,
                    Row(id: watches.integer(at: 5), target: target, interval: .milliseconds(watches.integer(at: 7)))
                ))
        }
        var query = try ServedQuery(on: database, at: time)
        var answers: [Row: ServedVersion<VersionIdentity>] = [:]
        var reports: [ServedReport] = []
        for (watch, row) in asked {
            let answer = try answers[row] ?? query.answer(for: row)
            answers[row] = answer
            reports.append(ServedReport(watch: watch, target: row.target, answer: answer))
            progress(reports.count, asked.count)
        }
        return reports
    }

    private mutating func answer(for row: Row) throws -> ServedVersion<VersionIdentity> {
        let (slot, all) = TimeLine<Int64>.window(around: time, target: row.target, interval: row.interval)
        var stretches: [TimeLine<Int64>.Stretch] = []
        for (statement, first, last) in [
            (findInSlot, slot.lowerBound, slot.upperBound), (findBefore, all.lowerBound, slot.lowerBound),
            (findAfter, slot.upperBound, all.upperBound),
        ] {
            statement.bind(row.id, at: 1)
            statement.bind(first, at: 2)
            statement.bind(last, at: 3)
            while try statement.step() {
                stretches.append(
                    .init(statement.integer(at: 0), at: Timestamp(milliseconds: statement.integer(at: 1))))
            }
        }
        findTallies.bind(row.id, at: 1)
        findTallies.bind(ExchangeRow.day(of: all.lowerBound), at: 2)
        findTallies.bind(ExchangeRow.day(of: all.upperBound), at: 3)
        while try findTallies.step() {
            stretches.append(
                .init(
                    findTallies.integer(at: 0), first: Timestamp(milliseconds: findTallies.integer(at: 1)),
                    last: Timestamp(milliseconds: findTallies.integer(at: 2)),
                    sightings: Int(findTallies.integer(at: 3)),
                    longestGap: findTallies.optionalInteger(at: 4).map { .milliseconds($0) }))
        }
        let line = TimeLine(target: row.target, interval: row.interval, stretches: stretches)
        let answer = line.version(at: time)
        for version in answer.versions where versions[version] == nil { versions[version] = try identity(of: version) }
        let named = versions
        // Every row's version has its identity: without one it would have no row.
        return answer.map { named[$0] ?? VersionIdentity(resolvedModel: "version \($0)", fingerprint: nil)! }
    }

    private func identity(of version: Int64) throws -> VersionIdentity? {
        findVersion.bind(version, at: 1)
        guard try findVersion.step() else { return nil }
        defer { findVersion.reset() }
        return VersionIdentity(
            resolvedModel: findVersion.optionalText(at: 0), fingerprint: findVersion.optionalText(at: 1),
            digest: findVersion.optionalText(at: 2))
    }

    static let watchesSQL = """
        SELECT
            org, workspace, template, bindings.provider, bindings.model, targets.id, identity,
            \(BindingQuery.interval)
        FROM bindings JOIN targets ON targets.id = bindings.target_id
        WHERE valid_from <= ?6 AND (valid_until IS NULL OR valid_until > ?6) AND \(FilterClause.sql)
        ORDER BY org, workspace, template, bindings.provider, bindings.model, valid_from, bindings.id
        """

    // Ranges of the clustered table. A slot may hold many probes that were forced, so only each version's first counts; of
    // those before and after only the nearest do, and whatever else stands at the same millisecond.
    static let inSlotSQL = """
        SELECT version_id, min(observed_at) FROM observations
        WHERE target_id = ?1 AND observed_at >= ?2 AND observed_at < ?3 AND NOT suspect GROUP BY version_id
        """
    static let beforeSQL = """
        SELECT version_id, observed_at FROM observations
        WHERE target_id = ?1 AND observed_at = (
            SELECT max(observed_at) FROM observations
            WHERE target_id = ?1 AND observed_at >= ?2 AND observed_at < ?3 AND NOT suspect) AND NOT suspect
        """
    static let afterSQL = """
        SELECT version_id, observed_at FROM observations
        WHERE target_id = ?1 AND observed_at = (
            SELECT min(observed_at) FROM observations
            WHERE target_id = ?1 AND observed_at >= ?2 AND observed_at <= ?3 AND NOT suspect) AND NOT suspect
        """
    static let talliesSQL = """
        SELECT version_id, first_at, last_at, sightings, longest_gap_ms FROM tallies
        WHERE target_id = ?1 AND day BETWEEN ?2 AND ?3
        """
    static let versionSQL = "SELECT resolved_model, fingerprint, digest FROM versions WHERE id = ?1"
}
