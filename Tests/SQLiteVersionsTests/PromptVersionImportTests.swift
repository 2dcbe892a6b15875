import GRDB
import PrompterCore
import SQLiteVersions
import Testing

/// The service layer's table, taken in.
struct PromptVersionImportTests {
    private let folder = try! TemporaryFolder()
    private let now = Samples.now
    private let table = """
        org_id,workspace_id,template_id,provider,model_id,provider_version_key,fingerprint_captured_at,first_seen_at,last_seen_at
        acme,main,t,openai,gpt-4o,fp_1,2025-01-01 10:00:00.5,2025-01-01 10:00:00,2025-02-01 10:00:00
        acme,main,t,openai,gpt-4o,gpt-4o-2024-08-06,,2025-02-01 11:00:00,2025-02-01 11:00:00
        acme,main,t,openai,gpt-4o,unknown,,2025-02-01 11:00:00,2025-02-01 11:00:00
        """

    private func rows(_ sql: String) throws -> [String] {
        try DatabaseQueue(path: folder.file()).read { database in
            try Row.fetchAll(database, sql: sql).map { row in
                row.map { "\($0.1)".replacing("\"", with: "") }.joined(separator: "|")
            }
        }
    }

    private func served(_ time: String) throws -> [ServedVersion<String>] {
        try Archive(path: folder.file()).served(at: TimeText.parse(time)!, matching: WatchFilter())
            .map { $0.answer.map(\.key) }
    }

    @Test func standsUnderATargetOfItsOwn() async throws {
        let store = try SQLiteVersionStore(path: folder.file())
        let summary = try await Exports.take(table, into: store)
        #expect(summary.added == [.version: 2, .binding: 1] && summary.nameless == 1 && summary.rows == 3)
        #expect(
            try rows("SELECT provider_version_key, fingerprint, source, sightings FROM prompt_versions ORDER BY 1")
                == ["fp_1|fp_1|import|2", "gpt-4o-2024-08-06|NULL|import|1"])
        #expect(try rows("SELECT sightings FROM tallies ORDER BY first_at") == ["1", "1", "1"])
        #expect(try served("2025-01-01T10:30Z") == [.observed("fp_1")])
        #expect(
            try served("2025-02-01T10:30Z") == [.observed("fp_1")]
                || served("2025-02-01T10:30Z") == [.oneOf(["fp_1", "gpt-4o-2024-08-06"])])
        #expect(try served("2025-02-01T11:00Z").first?.versions.contains("gpt-4o-2024-08-06") == true)
        #expect(try served("2025-01-15") == [.unknown] && served("2025-03-01") == [])
        // Again, and again when the daemon has come to watch the same.
        let before = try Exports.export(folder.file())
        #expect(try await Exports.take(table, into: store).added.values.allSatisfy { $0 == 0 })
        #expect(try Exports.export(folder.file()) == before)
        try await store.register(Samples.watchlist([Samples.watch("t", Samples.target())]), at: now)
        let watched = try Exports.export(folder.file())
        _ = try await Exports.take(table, into: store)
        #expect(try Exports.export(folder.file()) == watched)
    }

    @Test func standsUnderTheTargetOfItsWatch() async throws {
        let store = try SQLiteVersionStore(path: folder.file())
        let target = Samples.target()
        try await store.register(Samples.watchlist([Samples.watch("t", target)]), at: now)
        _ = try await store.record([Samples.finding(1, of: target, nil, fingerprint: "fp_1", at: now)], at: now)
        let summary = try await Exports.take(table, into: store)
        #expect(summary.added == [.version: 1, .binding: 1])
        #expect(try rows("SELECT count(*) FROM targets") == ["1"])
        #expect(
            try rows("SELECT provider_version_key, source, sightings FROM versions ORDER BY 1")
                == ["fp_1|live|3", "gpt-4o-2024-08-06|import|1"])
        #expect(try served("2025-01-01T10:30Z") == [.observed("fp_1")])
        // It was known before it was probed, and no probe is spared for it.
        let memory = try await store.memory(of: [target.id])
        #expect(memory[target.id]?.lastSuccess == now)
        let before = try Exports.export(folder.file())
        _ = try await Exports.take(table, into: store)
        #expect(try Exports.export(folder.file()) == before)
        let copy = try SQLiteVersionStore(path: folder.file("copy.db"))
        try await Exports.take(before, into: copy)
        #expect(try Exports.export(folder.file("copy.db")) == before)
    }
}
