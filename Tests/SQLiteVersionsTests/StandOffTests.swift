import OutsideParts
import PrompterCore
import SQLiteVersions
import Testing

/// Stand-offs outlive the program.
struct StandOffTests {
    private let folder = try! TemporaryFolder()
    private let now = Samples.now

    @Test func areThereAfterARestart() async throws {
        let target = Samples.target().id
        let provider = StandOff.Kept(scope: .provider("openai"), cause: .auth, end: now, repetitions: 1)
        let model = StandOff.Kept(
            scope: .target(target, provider: "openai"), cause: .notFound, end: now, repetitions: 2)
        var store = try SQLiteVersionStore(path: folder.file())
        try await store.keep([provider, model])
        await store.close()

        store = try SQLiteVersionStore(path: folder.file())
        #expect(Set(try await store.standOffs()) == [provider, model])
        let later = StandOff.Kept(
            scope: provider.scope, cause: .quota, end: now + .seconds(3600), repetitions: 4)
        var ended = model
        ended.end = nil
        try await store.keep([later, ended])
        #expect(try await store.standOffs() == [later])
    }

    /// What somebody else wrote into the table ends nothing.
    @Test func areLeftOutWhereTheyAreNone() async throws {
        let store = try SQLiteVersionStore(path: folder.file())
        _ = try Program.run(
            "sqlite3", folder.file(),
            "INSERT INTO stand_offs VALUES ('p', x'00', 'auth', 1, 1), ('p', x'', 'nonsense', 1, 1)")
        #expect(try await store.standOffs() == [])
    }

    /// What an older program suspended is forgotten, and what it knows of targets is kept.
    @Test func replaceSuspensions() async throws {
        let target = Samples.target()
        let store = try SQLiteVersionStore(path: folder.file())
        _ = try await store.record([Samples.finding(1, of: target, "a", at: now)], at: now)
        await store.close()
        _ = try Program.run(
            "sqlite3", folder.file(),
            """
            DELETE FROM grdb_migrations WHERE identifier IN ('5-standoffs', '8-refusals');
            DROP TABLE stand_offs;
            CREATE TABLE suspensions (provider TEXT, target BLOB, cause TEXT, not_before INTEGER, repetitions INTEGER);
            INSERT INTO suspensions VALUES ('openai', x'', 'rate_limited', 9000000000000, 1), ('openai', x'', 'quota', 1, 1);
            ALTER TABLE targets DROP COLUMN refused_slots;
            ALTER TABLE targets DROP COLUMN refused_slot;
            ALTER TABLE targets DROP COLUMN is_refused;
            ALTER TABLE targets DROP COLUMN answers_before;
            ALTER TABLE targets DROP COLUMN refusals_before;
            ALTER TABLE targets DROP COLUMN refused_runs_before;
            """)
        let migrated = try SQLiteVersionStore(path: folder.file())
        #expect(try await migrated.standOffs() == [])
        #expect(try await migrated.memory(of: [target.id])[target.id]?.lastSuccess == now)
    }
}
