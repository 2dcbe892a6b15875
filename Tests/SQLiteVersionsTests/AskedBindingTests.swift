import GRDB
import PrompterCore
import Testing

@testable import SQLiteVersions

/// What somebody asked for without a watch, and the ids of what it showed.
struct AskedBindingTests {
    private let folder = try! TemporaryFolder()
    private let now = Samples.now
    private let target = Samples.target("gpt-4o")

    private func rows(_ sql: String) throws -> [String] {
        try Program.run("sqlite3", "-readonly", folder.file(), sql).split(separator: "\n").map(String.init)
    }

    private func ask(_ store: SQLiteVersionStore, _ watch: Watch, after seconds: Int = 0) async throws {
        var batch = StoreBatch(findings: [Samples.finding(1, of: target, "m", fingerprint: "fp_1", at: now)])
        batch.asked = [watch]
        _ = try await store.write(batch, at: now + .seconds(seconds))
    }

    @Test func staysBoundUntilAWatchTakesItsPlace() async throws {
        let store = try SQLiteVersionStore(path: folder.file())
        let watch = Samples.watch("t", target)
        try await ask(store, watch)
        try await store.register(Samples.watchlist([Samples.watch("u", target)]), at: now + .seconds(5))
        try await ask(store, watch, after: 6)
        let asked = "SELECT template, is_asked, valid_until IS NULL FROM bindings ORDER BY id"
        #expect(try rows(asked) == ["t|1|1", "u|0|1"])
        #expect(try rows("SELECT model, provider FROM targets") == ["gpt-4o|openai"])
        let archive = try Archive(path: folder.file())
        let reports = try archive.watches(matching: WatchFilter())
        #expect(reports.map(\.isAsked) == [true, false])
        #expect(reports.map { $0.nextDue(at: now) == nil } == [true, false])
        try await store.register(Samples.watchlist([watch]), at: now + .seconds(7))
        #expect(try rows(asked) == ["t|0|1", "u|0|0"])
        // What is watched is the watchlist's to change.
        try await ask(store, watch, after: 8)
        #expect(try rows(asked) == ["t|0|1", "u|0|0"])
        await store.close()
    }

    /// What it answers now is what it is asked with now.
    @Test func pointsToWhatWasAskedForLast() async throws {
        let store = try SQLiteVersionStore(path: folder.file())
        try await ask(store, Samples.watch("t", target))
        let other = Samples.target("gpt-4o-mini")
        var watch = Samples.watch("t", target)
        watch.target = other
        try await ask(store, watch, after: 1)
        let asked = "SELECT is_asked, valid_until IS NULL, target_id FROM bindings ORDER BY id"
        #expect(try rows(asked) == ["1|0|1", "1|1|2"])
        try await ask(store, watch, after: 2)
        #expect(try rows(asked) == ["1|0|1", "1|1|2"])
        await store.close()
    }

    /// What a triple points to now is found where it could be asked again.
    @Test func isFoundAgain() async throws {
        let store = try SQLiteVersionStore(path: folder.file())
        let watch = Samples.watch("t", target)
        #expect(try await store.askedTarget(like: watch) == nil)
        try await ask(store, watch)
        var other = watch
        func prompted(baseURL: String? = nil, interval: Duration = .seconds(3600)) -> Target {
            Target(
                provider: Provider(
                    name: "openai", dialect: .openAI, baseURL: baseURL ?? self.target.provider.baseURL),
                model: "gpt-4o", systemInstructions: "Be brief.", interval: interval)
        }
        other.target = prompted()
        #expect(try await store.askedTarget(like: other) == watch.target.id)
        other.target = prompted(interval: .seconds(60))
        #expect(try await store.askedTarget(like: other) == nil)
        other.target = prompted(baseURL: "https://other.example/v1")
        #expect(try await store.askedTarget(like: other) == nil)
        #expect(try await store.askedTarget(like: Samples.watch("u", watch.target)) == nil)
        // What is watched was not asked for.
        try await store.register(Samples.watchlist([watch]), at: now + .seconds(1))
        #expect(try await store.askedTarget(like: watch) == nil)
        await store.close()
    }

    /// A daemon that starts with the copy closes what its watchlist lacks, but not this.
    @Test func staysAskedForThroughAnExport() async throws {
        let store = try SQLiteVersionStore(path: folder.file())
        try await store.register(Samples.watchlist([Samples.watch("u", target)]), at: now)
        try await ask(store, Samples.watch("t", target), after: 1)
        await store.close()
        func bindings(in export: String) -> [Substring] {
            export.split(separator: "\n").filter { $0.hasPrefix(#"{"row":"binding""#) }
        }
        let export = try Exports.export(folder.file())
        let exported = bindings(in: export)
        #expect(exported.count == 2 && exported.filter { $0.contains("requested") }.count == 1)
        #expect(exported.contains { $0.contains(#""template":"t""#) && $0.hasSuffix(#","requested":true}"#) })
        let copy = try TemporaryFolder()
        let imported = try SQLiteVersionStore(path: copy.file())
        try await Exports.take(export, into: imported, at: now + .seconds(5))
        let copied = try Exports.export(copy.file())
        #expect(bindings(in: copied) == exported)
        try await imported.register(Samples.watchlist([]), at: now + .seconds(5))
        let reports = try Archive(path: copy.file()).watches(matching: WatchFilter())
        #expect(reports.map(\.watch.template) == ["t"] && reports.map(\.isAsked) == [true])
        await imported.close()
    }

    @Test func everyVersionHasAnIDHoweverItCame() async throws {
        let version = try #require(VersionIdentity(resolvedModel: "m", fingerprint: "fp_1"))
        let watch = Samples.watch("t", target)
        let id = VersionID(of: version, watch: watch.key).description
        let ids = "SELECT id FROM prompt_versions"
        let queue = try DatabaseQueue(path: folder.file())
        try Schema.migrator.migrate(queue, upTo: "9-not-before")
        try await queue.write { database in
            try database.execute(
                sql: """
                    INSERT INTO targets (id, identity, created_at) VALUES (1, zeroblob(32), 0);
                    INSERT INTO bindings (org, workspace, template, provider, model, target_id, valid_from)
                    VALUES ('acme', 'main', 't', 'openai', 'gpt-4o', 1, 0);
                    INSERT INTO versions (
                        target_id, resolved_model, provider_version_key, fingerprint, source, first_seen_at, last_seen_at,
                        sightings)
                    VALUES (1, 'm', 'fp_1', 'fp_1', 'live', 1, 1, 1);
                    """)
        }
        try queue.close()
        let migrated = try SQLiteVersionStore(path: folder.file())
        #expect(try rows(ids) == [id])
        await migrated.close()
        // An export leaves the ids out; an import makes them anew.
        let export = try Exports.export(folder.file())
        #expect(!export.contains("_hash"))
        let copy = try TemporaryFolder()
        let imported = try SQLiteVersionStore(path: copy.file())
        _ = try await Exports.take(export, into: imported)
        #expect(try Program.run("sqlite3", "-readonly", copy.file(), ids) == "\(id)\n")
        await imported.close()
    }
}
