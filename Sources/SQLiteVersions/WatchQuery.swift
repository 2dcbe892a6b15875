import GRDB
import PrompterCore

/// The watches of now, each with what is known of its target.
enum WatchQuery {
    static func run(on database: Database, matching filter: WatchFilter) throws -> [WatchReport] {
        let watches = try PreparedStatement(watchesSQL, on: database)
        for (index, text) in [filter.org, filter.workspace, filter.template, filter.provider, filter.model].enumerated()
        {
            watches.bind(text, at: CInt(index + 1))
        }
        let versions = try PreparedStatement(versionsSQL, on: database)
        versions.bind(Int64(WatchReport.mostVersions), at: 2)
        var reports: [WatchReport] = []
        while try watches.step() {
            guard let target = TargetID(watches.bytes(at: 6)) else { continue }
            let key = Watch.Key(
                org: watches.text(at: 0), workspace: watches.text(at: 1), template: watches.text(at: 2),
                provider: watches.text(at: 3), model: watches.text(at: 4))
            versions.bind(watches.integer(at: 5), at: 1)
            var known: [Version] = []
            while try versions.step() {
                if let version = Version(versions, firstColumn: 0) { known.append(version) }
            }
            reports.append(
                WatchReport(
                    watch: key, target: target, interval: .milliseconds(watches.integer(at: 7)),
                    lastAttempt: watches.time(at: 8), lastSuccess: watches.time(at: 9),
                    failure: watches.optionalText(at: 10).flatMap(FailureClass.init),
                    failures: Int(watches.integer(at: 11)), versions: known))
        }
        return reports
    }

    private static let watchesSQL = """
        SELECT
            org, workspace, template, bindings.provider, bindings.model, targets.id, identity, interval_ms,
            last_attempt_at, last_success_at, failure_class, failures
        FROM bindings
        JOIN targets ON targets.id = bindings.target_id
        WHERE valid_until IS NULL AND org = coalesce(?1, org) AND workspace = coalesce(?2, workspace)
            AND template = coalesce(?3, template) AND bindings.provider = coalesce(?4, bindings.provider)
            AND bindings.model = coalesce(?5, bindings.model)
        ORDER BY org, workspace, template, bindings.provider, bindings.model
        """

    private static let versionsSQL = """
        SELECT \(Version.columns)
        FROM versions WHERE target_id = ?1 AND sightings > 0
        ORDER BY last_seen_at DESC, provider_version_key DESC, resolved_model DESC LIMIT ?2
        """
}
