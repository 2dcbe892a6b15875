import GRDB
import PrompterCore

/// Takes back what observations dated later than a time have said, after the clock was set back behind them.
enum ClockRollback {
    static func run(on database: Database, after time: Timestamp) throws {
        let moved = try PreparedStatement("SELECT id, identity FROM targets WHERE last_success_at > ?1", on: database)
        moved.bind(time, at: 1)
        var rows: [(id: Int64, target: TargetID)] = []
        while try moved.step() {
            if let target = TargetID(moved.bytes(at: 1)) { rows.append((moved.integer(at: 0), target)) }
        }
        for sql in [versions, metadata, observations, targets] {
            let statement = try PreparedStatement(sql, on: database)
            statement.bind(time, at: 1)
            try statement.run()
        }
        let lives = try LifeWriter(on: database, at: time, events: try EventWriter(on: database, at: time))
        for row in rows {
            try lives.save(
                try lives.retell(row.target, row: row.id, from: time + .milliseconds(1)).life, target: row.id)
        }
    }

    // Only what has moved beyond the time is looked at, and of each such target only its later observations: they are
    // one range of the clustered table. Earlier ones may have been pruned, so what is left is counted down, not anew.
    private static let versions = """
        UPDATE versions SET
            sightings = sightings - (
                SELECT count(*) FROM observations
                WHERE target_id = versions.target_id AND observed_at > ?1 AND version_id = versions.id AND NOT suspect),
            last_seen_at = iif(first_seen_at > ?1, NULL, coalesce((
                SELECT observed_at FROM observations
                WHERE target_id = versions.target_id AND observed_at <= ?1 AND version_id = versions.id AND NOT suspect
                ORDER BY observed_at DESC LIMIT 1), first_seen_at)),
            fingerprint_captured_at = iif(
                fingerprint_captured_at > ?1, iif(first_seen_at > ?1, NULL, first_seen_at), fingerprint_captured_at),
            first_seen_at = iif(first_seen_at > ?1, NULL, first_seen_at)
        WHERE last_seen_at > ?1
        """

    private static let metadata = """
        DELETE FROM metadata
        WHERE target_id IN (SELECT id FROM targets WHERE last_success_at > ?1) AND first_seen_at > ?1
        """

    private static let observations = """
        UPDATE observations SET suspect = 1
        WHERE target_id IN (SELECT id FROM targets WHERE last_success_at > ?1) AND observed_at > ?1 AND NOT suspect
        """

    private static let targets = """
        UPDATE targets SET
            last_success_at = latest, last_attempt_at = iif(last_attempt_at > ?1, latest, last_attempt_at),
            failure_class = iif(last_attempt_at > ?1, NULL, failure_class),
            failures = iif(last_attempt_at > ?1, 0, failures)
        FROM (
            SELECT id AS target, (SELECT max(last_seen_at) FROM versions WHERE target_id = targets.id) AS latest
            FROM targets WHERE last_attempt_at > ?1 OR last_success_at > ?1)
        WHERE id = target
        """
}
