import GRDB
import PrompterCore

/// Which metadata each target has shown, and since when. Observations are pruned and versions know nothing of it; without these
/// rows a value that is back would be taken for a new one.
struct MetadataRows {
    /// How many values of a target are kept, those that came last: a provider may send another with each answer.
    static let most = 256

    private let add, drop: PreparedStatement

    init(on database: Database) throws {
        add = try PreparedStatement(
            """
            INSERT INTO metadata (target_id, value, first_seen_at) VALUES (?1, ?2, ?3)
            ON CONFLICT DO UPDATE SET first_seen_at = excluded.first_seen_at
                WHERE excluded.first_seen_at < metadata.first_seen_at
            """, on: database)
        drop = try PreparedStatement(
            """
            DELETE FROM metadata WHERE target_id = ?1 AND (first_seen_at, value) <= (
                SELECT first_seen_at, value FROM metadata WHERE target_id = ?1
                ORDER BY first_seen_at DESC, value DESC LIMIT 1 OFFSET \(Self.most))
            """, on: database)
    }

    func see(_ value: String, of target: Int64, at time: Timestamp) throws {
        add.bind(target, at: 1)
        add.bind(value, at: 2)
        add.bind(time, at: 3)
        guard try add.run() > 0 else { return }
        drop.bind(target, at: 1)
        try drop.run()
    }
}
