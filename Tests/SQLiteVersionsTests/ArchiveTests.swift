import Foundation
import Glibc
import OutsideParts
import PrompterCore
import SQLiteVersions
import Testing

struct ArchiveTests {
    private let folder = try! TemporaryFolder()
    private let now = Samples.now

    @Test func reportsTheWatchesOfNow() async throws {
        let store = try SQLiteVersionStore(path: folder.file())
        let (seen, failing) = (Samples.target(), Samples.target("gpt-5", interval: .seconds(60)))
        let watches = [Samples.watch("b", failing), Samples.watch("a", seen), Samples.watch("c", seen)]
        try await store.register(Samples.watchlist(watches), at: now)
        try await store.register(Samples.watchlist(Array(watches.dropLast())), at: now + .seconds(1))
        var findings = (0..<11).map { Samples.finding(UInt64($0), of: seen, "v\($0)", at: now + .seconds($0)) }
        if case .observation(var last, let imported) = Samples.finding(11, of: seen, "v11", at: now + .seconds(11)) {
            last.lookupFailure = .address
            findings.append(.observation(last, imported: imported))
        }
        let failures = (0...1).map {
            FailedAttempt(target: failing.id, slot: $0, time: now + .seconds($0), failureClass: .notFound)
        }
        let first = try await store.record(findings + failures.map { .failure($0) }, at: now)[0].events[0]
        let whole = StandOff.Kept(scope: .provider("openai"), cause: .auth, end: now + .seconds(9), repetitions: 1)
        let own = StandOff.Kept(
            scope: .target(failing.id, provider: "openai"), cause: .notFound, end: now + .seconds(90), repetitions: 2)
        let other = StandOff.Kept(scope: .provider("other"), cause: .quota, end: now + .seconds(99), repetitions: 1)
        try await store.keep([whole, own, other])

        let reports = try Archive(path: folder.file()).watches(matching: WatchFilter())
        let memory = try await store.memory(of: [seen.id])
        #expect(
            reports == [
                WatchReport(
                    watch: watches[1].key, target: seen.id, interval: .seconds(3600), lastAttempt: now + .seconds(11),
                    lastSuccess: now + .seconds(11), lookupFailure: .address, standOff: whole,
                    versions: Array(memory[seen.id]!.versions.prefix(10)),
                    life: memory[seen.id]!.life, lastEvent: first),
                WatchReport(
                    watch: watches[0].key, target: failing.id, interval: .seconds(60),
                    lastAttempt: now + .seconds(1), failure: .notFound, failures: 2, standOff: own,
                    lastEvent: Event(notFoundBy: failures[1])),
            ])
        #expect(reports[0].state == .new && reports[0].confidence == .alias && reports[1].state == nil)
        // A healthy one waits for its provider, for as long as that rests.
        #expect(
            reports[0].standOff(at: now + .seconds(8)) == whole && reports[0].standOff(at: now + .seconds(9)) == nil)
        #expect(reports[1].nextDue(at: now + .seconds(8)) == now + .seconds(90))
    }

    @Test func saysThatItIsDamagedWhereItIsExported() async throws {
        let store = try SQLiteVersionStore(path: folder.file())
        let findings = (0..<2000).map { Samples.finding(UInt64($0), of: Samples.target(), at: now + .seconds($0)) }
        _ = try await store.record(findings, at: now)
        await store.close()
        let page = try #require(
            Int64(
                try Program.run(
                    "sqlite3", folder.file(), "SELECT max(pageno) FROM dbstat WHERE name = 'observations'"
                ).dropLast()))
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: folder.file()))
        try file.seek(toOffset: UInt64(page - 1) * 4096)
        try file.write(contentsOf: Data(repeating: 0xA5, count: 4096))
        try file.close()
        let error = #expect(throws: SQLiteStoreError.self) { try Archive(path: folder.file()).export { _ in } }
        #expect(error?.reason == .corrupt && error?.description.hasPrefix(folder.file()) == true)
        // What the caller throws is its own.
        struct Full: Error {}
        #expect(throws: Full.self) { try Archive(path: folder.file()).export { _ in throw Full() } }
    }

    @Test func reportsWhatMatches() async throws {
        let store = try SQLiteVersionStore(path: folder.file())
        let watches = [Samples.watch("a", Samples.target()), Samples.watch("b", Samples.target("gpt-5"))]
        try await store.register(Samples.watchlist(watches), at: now)
        let archive = try Archive(path: folder.file())
        func templates(_ filter: WatchFilter) throws -> [String] {
            try archive.watches(matching: filter).map(\.watch.template)
        }
        #expect(try templates(WatchFilter(org: "acme", workspace: "main", provider: "openai")) == ["a", "b"])
        #expect(try templates(WatchFilter(template: "b")) == ["b"])
        #expect(try templates(WatchFilter(model: "gpt-4o")) == ["a"])
        #expect(try templates(WatchFilter(template: "b", model: "gpt-4o")) == [])
        for filter in [WatchFilter(org: "x"), WatchFilter(workspace: "x"), WatchFilter(provider: "")] {
            #expect(try templates(filter) == [])
        }
    }

    @Test func saysHowLargeItIs() async throws {
        let store = try SQLiteVersionStore(path: folder.file())
        let target = Samples.target()
        try await store.register(Samples.watchlist([Samples.watch("a", target)]), at: now)
        let findings = (0..<3).map { Samples.finding(UInt64($0), of: target, "v", at: now + .seconds($0)) }
        _ = try await store.record(findings, at: now)
        let sizes = try Archive(path: folder.file()).sizes()
        let rows = Dictionary(uniqueKeysWithValues: sizes.map { ($0.name, $0.rows) })
        #expect(rows["observations"] == 3 && rows["versions"] == 1 && rows["targets"] == 1 && rows["tallies"] == 0)
        #expect(sizes.allSatisfy { $0.bytes > 0 && $0.bytes.isMultiple(of: 4096) })
    }

    @Test func answersFromADatabaseThatWasReplaced() async throws {
        let store = try SQLiteVersionStore(path: folder.file())
        try await store.register(Samples.watchlist([Samples.watch("a", Samples.target())]), at: now)
        let archive = try Archive(path: folder.file())
        await store.close()
        for name in ["prompterd.db", "prompterd.db-wal", "prompterd.db-shm"] {
            try FileManager.default.removeItem(atPath: folder.file(name))
        }
        _ = try SQLiteVersionStore(path: folder.file())
        #expect(try archive.watches(matching: WatchFilter()) == [])
    }

    /// A writer that is killed in its first commit leaves a log that ends with its header.
    @Test func readsBesideALogWithoutACommit() async throws {
        let store = try SQLiteVersionStore(path: folder.file())
        let target = Samples.target()
        try await store.register(Samples.watchlist([Samples.watch("a", target)]), at: now)
        _ = try await store.record([Samples.finding(1, of: target, "v", at: now)], at: now)
        let log = folder.file("prompterd.db-wal")
        let header = try Data(contentsOf: URL(fileURLWithPath: log)).prefix(32)
        #expect(header.count == 32)
        await store.close()
        try header.write(to: URL(fileURLWithPath: log))
        await #expect(processExitsWith: .success) { [path = folder.file() as String] in
            try Self.readOneWatch(path)
        }
    }

    /// In a process of its own, as every reader is: within the store's, SQLite shares the log's index between connections.
    @Test(arguments: Ending.allCases)
    func changesNothing(ending: Ending) async throws {
        let store = try SQLiteVersionStore(path: folder.file())
        let path = try await leave(store, ending)
        let holder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let before = try contents(of: holder)
        await #expect(processExitsWith: .success) { [path = path as String] in
            try Self.readOneWatch(path)
        }
        #expect(try contents(of: holder) == before)
        await store.close()
    }

    @Test(.enabled(if: geteuid() == 0, "only root may become somebody else"), arguments: Ending.allCases)
    func readsForWhoMayNotWrite(ending: Ending) async throws {
        let store = try SQLiteVersionStore(path: folder.file())
        let path = try await leave(store, ending)
        let holder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let before = try contents(of: holder)
        for file in before.keys { chmod("\(holder)/\(file)", 0o644) }
        chmod(holder, 0o555)
        await #expect(processExitsWith: .success) { [path = path as String] in
            precondition(setgroups(0, nil) == 0 && setgid(65534) == 0 && setuid(65534) == 0)
            precondition(access(path, W_OK) != 0)
            try Self.readOneWatch(path)
        }
        chmod(holder, 0o755)
        #expect(try contents(of: holder) == before)
        await store.close()
    }

    /// SQLite's own shell, in which nobody says that the database is at rest: it needs the log.
    @Test(
        .enabled(if: geteuid() == 0, "only root may become somebody else"),
        arguments: [Ending.running, .stopped, .killed])
    func leavesALogForOtherReaders(ending: Ending) async throws {
        let store = try SQLiteVersionStore(path: folder.file())
        let path = try await leave(store, ending)
        for suffix in ["", "-wal", "-shm"] { chmod(path + suffix, 0o644) }
        let text = try Program.run(
            "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "sqlite3", "-readonly", path,
            "SELECT sightings FROM prompt_versions")
        #expect(text == "1\n")
        await store.close()
    }

    private static func readOneWatch(_ path: String) throws {
        let reports = try Archive(path: path).watches(matching: WatchFilter())
        precondition(reports.count == 1 && reports[0].versions.count == 1)
    }

    /// How a daemon left its database.
    enum Ending: CaseIterable {
        case running, stopped, killed, moved
    }

    /// Records one observation of one watch and gives the path of a database that was left so.
    private func leave(_ store: SQLiteVersionStore, _ ending: Ending) async throws -> String {
        try await store.register(Samples.watchlist([Samples.watch("a", Samples.target())]), at: now)
        _ = try await store.record([Samples.finding(1, of: Samples.target(), at: now)], at: now)
        switch ending {
        case .running: return folder.file()
        case .stopped:
            await store.close()
            return folder.file()
        case .killed: return try copy(["", "-wal", "-shm"])
        case .moved:
            await store.close()
            return try copy([""])
        }
    }

    /// What a kill leaves is what the files hold while the daemon runs.
    private func copy(_ suffixes: [String]) throws -> String {
        let path = folder.file("copy/prompterd.db")
        try FileManager.default.createDirectory(atPath: folder.file("copy"), withIntermediateDirectories: false)
        for suffix in suffixes {
            try FileManager.default.copyItem(atPath: folder.file() + suffix, toPath: path + suffix)
        }
        return path
    }

    /// Not by `Data(contentsOf:)`, which leaks its buffer where a file is empty.
    private func contents(of holder: String) throws -> [String: [UInt8]] {
        let files = try FileManager.default.contentsOfDirectory(atPath: holder).filter { $0 != "copy" }
        return Dictionary(
            uniqueKeysWithValues: files.map { ($0, ChildProcess.run(["cat", "\(holder)/\($0)"]).output) })
    }
}
