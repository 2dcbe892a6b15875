import GRDB
import PrompterCore

/// The watches of now, each with what is known of its target.
enum WatchQuery {
    static func run(on database: Database, matching filter: WatchFilter) throws -> [WatchReport] {
        let watches = try PreparedStatement(watchesSQL, on: database)
        FilterClause.bind(filter, to: watches)
        let versions = try PreparedStatement(versionsSQL, on: database)
        let events = try PreparedStatement(lastEventSQL, on: database)
        var reports: [WatchReport] = []
        while try watches.step() {
            guard let target = TargetID(watches.bytes(at: 6)) else { continue }
            let key = Watch.Key(watches, firstColumn: 0)
            let expectation = watches.optionalText(at: 13).map { Expectation(EventRow.texts(in: $0)) }
            versions.bind(watches.integer(at: 5), at: 1)
            // Whether an expectation is met is known from all that is live.
            versions.bind(expectation == nil ? Int64(WatchReport.mostVersions) : -1, at: 2)
            var known: [Version] = []
            while try versions.step() {
                if let version = Version(versions, firstColumn: 0) { known.append(version) }
            }
            let interval = Duration.milliseconds(watches.integer(at: 7))
            let life = TargetLife(encoded: watches.bytes(at: 12)) ?? TargetLife()
            let binding = Binding(
                watch: key, interval: interval, from: Timestamp(milliseconds: watches.integer(at: 14)))
            reports.append(
                WatchReport(
                    watch: key, target: target, interval: interval, lastAttempt: watches.time(at: 8),
                    lastSuccess: watches.time(at: 9),
                    failure: watches.optionalText(at: 10).flatMap(FailureClass.init),
                    failures: Int(watches.integer(at: 11)),
                    standOff: standOff(watches, of: target, provider: key.provider),
                    versions: Array(known.prefix(WatchReport.mostVersions)), life: life, expectation: expectation,
                    isExpectationMet: expectation?.isMet(by: TargetMemory(versions: known, life: life)),
                    lastEvent: try lastEvent(of: target, row: watches.integer(at: 5), of: binding, events)))
        }
        return reports
    }

    /// The last event of the target that is the watch's, too: another's expectation is not.
    private static func lastEvent(
        of target: TargetID, row: Int64, of binding: Binding, _ statement: PreparedStatement
    ) throws -> Event? {
        statement.bind(row, at: 1)
        defer { statement.reset() }
        while try statement.step() {
            guard let event = EventRow.event(statement, target: target) else { continue }
            let recordedAt = Timestamp(milliseconds: statement.integer(at: EventRow.columnCount))
            if binding.concerns(event, recordedAt: recordedAt) { return event }
            // What is older than the binding stays so.
            if event.watch == nil { return nil }
        }
        return nil
    }

    /// Of the provider's and the target's own the one that lasts longer.
    private static func standOff(_ row: PreparedStatement, of target: TargetID, provider: String) -> StandOff.Kept? {
        [
            StandOffRows.standOff(row, of: nil, firstColumn: 15, provider: provider),
            StandOffRows.standOff(row, of: target, firstColumn: 18, provider: provider),
        ].compactMap(\.self).max { $0.end?.milliseconds ?? 0 < $1.end?.milliseconds ?? 0 }
    }

    static let watchesSQL = """
        SELECT
            org, workspace, template, bindings.provider, bindings.model, targets.id, identity, interval_ms,
            last_attempt_at, last_success_at, failure_class, failures, life, expect, valid_from,
            whole.cause, whole.ends_at, whole.repetitions, own.cause, own.ends_at, own.repetitions
        FROM bindings
        JOIN targets ON targets.id = bindings.target_id
        LEFT JOIN stand_offs AS whole ON whole.provider = bindings.provider AND whole.target = x''
        LEFT JOIN stand_offs AS own ON own.provider = bindings.provider AND own.target = identity
        WHERE valid_until IS NULL AND \(FilterClause.sql)
        ORDER BY org, workspace, template, bindings.provider, bindings.model
        """

    static let lastEventSQL = """
        SELECT \(EventRow.columns), recorded_at FROM events
        WHERE target_id = ?1 ORDER BY place_at DESC, number DESC
        """

    static let versionsSQL = """
        SELECT \(Version.columns)
        FROM versions WHERE target_id = ?1 AND sightings > 0
        ORDER BY last_seen_at DESC, provider_version_key DESC, resolved_model DESC LIMIT ?2
        """
}
