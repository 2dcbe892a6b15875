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
            versions.bind(Int64(WatchReport.mostVersions), at: 2)
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
                    failures: Int(watches.integer(at: 11)), suspendedUntil: watches.time(at: 15),
                    versions: known, life: life, expectation: expectation,
                    isExpectationMet: expectation?.isMet(by: life),
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

    static let watchesSQL = """
        SELECT
            org, workspace, template, bindings.provider, bindings.model, targets.id, identity, interval_ms,
            last_attempt_at, last_success_at, failure_class, failures, life, expect, valid_from,
            (SELECT max(not_before) FROM suspensions
                WHERE suspensions.provider = bindings.provider AND target IN (x'', identity))
        FROM bindings
        JOIN targets ON targets.id = bindings.target_id
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
        ORDER BY last_seen_at DESC, provider_version_key DESC, resolved_model DESC, digest DESC LIMIT ?2
        """
}
