import Foundation
import GRDB
import PrompterCore
import Testing

@testable import SQLiteVersions

/// A database in which metadata made versions becomes one in which it stands with the observations.
struct IdentityMigrationTests {
    private let folder = try! TemporaryFolder()
    private let target = Samples.target()

    @Test func mergesVersionsThatDifferByMetadataAlone() async throws {
        try prepare(
            """
            INSERT INTO versions (
                id, target_id, resolved_model, provider_version_key, fingerprint, digest, metadata, source,
                fingerprint_captured_at, first_seen_at, last_seen_at, sightings)
            VALUES
                (1, 1, 'm', 'fp_1', 'fp_1', '', '', 'import', NULL, 30, 40, 1),
                (2, 1, 'm', 'fp_1', 'fp_1', '', 's-1', 'live', 20, 20, 60, 3),
                (3, 1, 'm', 'fp_1', 'fp_1', '', 's-2', 'live', 10, 10, 50, 2),
                (4, 1, 'm', 'fp_2', 'fp_2', '', 's-2', 'live', 70, 70, 70, 1),
                (5, 1, 'm', 'd', NULL, 'd', '', 'live', 80, 80, 80, 1),
                (6, 2, 'm', 'fp_1', 'fp_1', '', 's-1', 'live', 20, 20, 20, 1),
                (7, 2, 'm', 'fp_1', 'fp_1', '', 's-9', 'live', NULL, NULL, NULL, 0);
            INSERT INTO observations (target_id, observed_at, id, version_id, slot, latency_us, suspect)
            VALUES (1, 20, 1, 2, 0, 0, 0), (1, 30, 2, 1, 0, 0, 0), (1, 50, 3, 3, 0, 0, 0), (1, 60, 4, 2, 0, 0, 0),
                (1, 70, 5, 4, 0, 0, 0), (1, 80, 6, 5, 0, 0, 0), (2, 20, 7, 6, 0, 0, 0), (2, 90, 8, 7, 0, 0, 1);
            INSERT INTO tallies VALUES (1, 0, 1, 40, 40, 1), (1, 0, 2, 25, 35, 2), (1, 0, 3, 10, 45, 1), (1, 0, 4, 1, 2, 3),
                (1, -1, 2, -9, -8, 5);
            INSERT INTO events (id, target_id, kind, value, slot, happened_at, recorded_at, place_at, place_id)
            VALUES ('e', 1, 'first', 'fp_1', 0, 10, 10, 10, 0);
            """)
        let store = try SQLiteVersionStore(path: folder.file())
        #expect(
            try rows(
                "SELECT id, provider_version_key, digest, source, fingerprint_captured_at, first_seen_at, last_seen_at, sightings FROM versions"
            )
                == [
                    "1|fp_1||live|10|10|60|6", "4|fp_2||live|70|70|70|1", "5|d|d|live|80|80|80|1",
                    "6|fp_1||live|20|20|20|1",
                ])
        #expect(
            try rows("SELECT target_id, observed_at, version_id, metadata FROM observations ORDER BY 1, 2")
                == [
                    "1|20|1|s-1", "1|30|1|", "1|50|1|s-2", "1|60|1|s-1", "1|70|4|s-2", "1|80|5|", "2|20|6|s-1",
                    "2|90|6|s-9",
                ])
        #expect(
            try rows("SELECT day, version_id, first_at, last_at, sightings FROM tallies ORDER BY 1, 2")
                == ["-1|1|-9|-8|5", "0|1|10|45|4", "0|4|1|2|3"])
        #expect(try rows("SELECT * FROM metadata") == ["1|s-1|20", "1|s-2|10", "2|s-1|20"])
        #expect(try rows("SELECT id, value FROM events") == ["e|fp_1"])
        #expect(try rows("SELECT name FROM sqlite_schema WHERE name LIKE 'merged%' OR name LIKE 'versions_2%'") == [])
        // What comes next is of the version that is there.
        let next = Samples.finding(9, of: target, "m", fingerprint: "fp_1", at: Samples.now)
        #expect(try await store.record([next], at: Samples.now).map(\.isNewVersion) == [false])
        #expect(try await store.memory(of: [target.id])[target.id]?.versions.map(\.sightings) == [7, 1, 1])
        await store.close()
    }

    /// However many a target has shown, those that came last are known.
    @Test func keepsOfMetadataWhatCameLast() throws {
        try prepare(
            """
            WITH RECURSIVE numbers (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM numbers WHERE n < 1000)
            INSERT INTO versions (
                target_id, resolved_model, provider_version_key, metadata, source, first_seen_at, last_seen_at, sightings)
            SELECT 1, 'm', 'm', 's-' || n, 'live', n, n, 1 FROM numbers
            """)
        _ = try SQLiteVersionStore(path: folder.file())
        #expect(try rows("SELECT count(*), min(first_seen_at), max(first_seen_at) FROM metadata") == ["256|745|1000"])
        #expect(try rows("SELECT first_seen_at, last_seen_at, sightings FROM versions") == ["1|1000|1000"])
    }

    /// Two targets in the schema before, and `sql`.
    private func prepare(_ sql: String) throws {
        let queue = try DatabaseQueue(path: folder.file())
        try Schema.migrator.migrate(queue, upTo: "2-signals")
        try queue.write { database in
            for target in [target, Samples.target("other")] {
                try database.execute(
                    sql: "INSERT INTO targets (identity, created_at) VALUES (?, 0)", arguments: [Data(target.id.bytes)])
            }
            try database.execute(sql: sql)
        }
        try queue.close()
    }

    private func rows(_ sql: String) throws -> [String] {
        try Program.run("sqlite3", folder.file(), sql).split(separator: "\n").map(String.init)
    }
}
