import GRDB
import PrompterCore

/// The watches of now, each with what is known of its target.
enum WatchQuery {
    static func run(on database: Database, matching filter: WatchFilter) throws -> [WatchReport] {
        let watches = try PreparedStatement(watchesSQL, on: database)
        FilterClause.bind(filter, to: watches)
        let versions = try PreparedStatement(versionsSQL, on: database)
        let events = try PreparedStatement(lastEventSQL, on: database)
        let past = try PreparedStatement(pastSQL, on: database)
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
            let bindings = try bindings(of: key, to: watches.integer(at: 5), past)
            reports.append(
                WatchReport(
                    watch: key, target: target, isAsked: watches.integer(at: 21) != 0, interval: interval,
                    lastAttempt: watches.time(at: 8),
                    lastSuccess: watches.time(at: 9),
                    failure: watches.optionalText(at: 10).flatMap(FailureClass.init),
                    failures: Int(watches.integer(at: 11)),
                    lookupFailure: watches.optionalText(at: 20).flatMap(FailureClass.init),
                    standOff: standOff(watches, of: target, provider: key.provider),
                    versions: Array(known.prefix(WatchReport.mostVersions)), life: life, expectation: expectation,
                    isExpectationMet: expectation?.isMet(by: life),
                    lastEvent: try lastEvent(of: target, row: watches.integer(at: 5), of: bindings, events)))
        }
        return reports
    }

    /// When `watch` pointed to the target `row`.
    private static func bindings(
        of watch: Watch.Key, to row: Int64, _ statement: PreparedStatement
    ) throws -> [Binding] {
        for (index, text) in watch.texts.enumerated() { statement.bind(text, at: CInt(index + 1)) }
        statement.bind(row, at: 6)
        var found: [Binding] = []
        while try statement.step() {
            found.append(
                Binding(
                    watch: watch, interval: .milliseconds(statement.integer(at: 0)),
                    from: Timestamp(milliseconds: statement.integer(at: 1)), until: statement.time(at: 2)))
        }
        return found
    }

    /// The last event of the target that is the watch's, too: another's expectation is not.
    private static func lastEvent(
        of target: TargetID, row: Int64, of bindings: [Binding], _ statement: PreparedStatement
    ) throws -> Event? {
        statement.bind(row, at: 1)
        defer { statement.reset() }
        while try statement.step() {
            guard let event = EventRow.event(statement, target: target) else { continue }
            let recordedAt = Timestamp(milliseconds: statement.integer(at: EventRow.columnCount))
            if bindings.contains(where: { $0.concerns(event, recordedAt: recordedAt) }) { return event }
            // What is older than the first of them stays so.
            if event.watch == nil, bindings.allSatisfy({ event.time < $0.from }) { return nil }
        }
        return nil
    }

    /// Of the provider's and the target's own the one that lasts longer.
    private static func standOff(_ row: PreparedStatement, of target: TargetID, provider: String) -> StandOff.Kept? {
        [
            StandOffRows.standOff(row, of: nil, firstColumn: 14, provider: provider),
            StandOffRows.standOff(row, of: target, firstColumn: 17, provider: provider),
        ].compactMap(\.self).max { $0.end?.milliseconds ?? 0 < $1.end?.milliseconds ?? 0 }
    }

    static let watchesSQL = """
        SELECT
            org, workspace, template, bindings.provider, bindings.model, targets.id, identity,
            \(BindingQuery.interval), last_attempt_at, last_success_at, failure_class, failures, life, expect,
            whole.cause, whole.ends_at, whole.repetitions, own.cause, own.ends_at, own.repetitions,
            lookup_failure, is_asked
        FROM bindings
        JOIN targets ON targets.id = bindings.target_id
        LEFT JOIN stand_offs AS whole ON whole.provider = bindings.provider AND whole.target = x''
        LEFT JOIN stand_offs AS own ON own.provider = bindings.provider AND own.target = identity
        WHERE valid_until IS NULL AND \(FilterClause.sql)
        ORDER BY org, workspace, template, bindings.provider, bindings.model
        """

    static let pastSQL = """
        SELECT \(BindingQuery.interval), valid_from, valid_until
        FROM bindings JOIN targets ON targets.id = target_id
        WHERE org = ?1 AND workspace = ?2 AND template = ?3 AND bindings.provider = ?4 AND bindings.model = ?5
            AND target_id = ?6
        ORDER BY valid_from
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

/// A filter as a part of a statement, which binds it to the parameters 1 to 5.
enum FilterClause {
    static let sql = """
        org = coalesce(?1, org) AND workspace = coalesce(?2, workspace) AND template = coalesce(?3, template)
            AND bindings.provider = coalesce(?4, bindings.provider) AND bindings.model = coalesce(?5, bindings.model)
        """

    static func bind(_ filter: WatchFilter, to statement: PreparedStatement) {
        let texts = [filter.org, filter.workspace, filter.template, filter.provider, filter.model]
        for (index, text) in texts.enumerated() { statement.bind(text, at: CInt(index + 1)) }
    }
}
