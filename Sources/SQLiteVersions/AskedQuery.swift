import GRDB
import PrompterCore

/// What somebody asked for and no watchlist has.
enum AskedQuery {
    /// The target to which the triple of `watch` has pointed since it was last asked for; `nil` where nobody did, or where that was
    /// at another address or interval than `watch` has now.
    static func target(on database: Database, like watch: Watch) throws -> TargetID? {
        let statement = try PreparedStatement(sql, on: database)
        for (index, text) in watch.key.texts.enumerated() { statement.bind(text, at: CInt(index + 1)) }
        statement.bind(watch.target.dialect.rawValue, at: 6)
        statement.bind(watch.target.provider.baseURL, at: 7)
        statement.bind(watch.target.kind.rawValue, at: 8)
        statement.bind(watch.target.interval.milliseconds, at: 9)
        return try statement.step() ? TargetID(statement.bytes(at: 0)) : nil
    }

    private static let sql = """
        SELECT identity FROM bindings JOIN targets ON targets.id = target_id
        WHERE org = ?1 AND workspace = ?2 AND template = ?3 AND bindings.provider = ?4 AND bindings.model = ?5
            AND valid_until IS NULL AND is_asked
            AND (dialect, base_url, kind, bindings.interval_ms) IS (?6, ?7, ?8, ?9)
        """
}
