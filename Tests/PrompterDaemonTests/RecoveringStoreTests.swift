import CurlProbing
import Foundation
import Glibc
import OutsideParts
import PrompterCore
import SQLiteVersions
import Testing

@testable import PrompterDaemon

/// A store that outlives its database.
@Suite(.timeLimit(.minutes(10))) struct RecoveringStoreTests {
    private let folder = TemporaryFolder()
    private let lines = LoggedLines()
    private let now = Timestamp(milliseconds: 1_790_000_000_000)
    private let target = Target(provider: Provider(name: "p", dialect: .stub), model: "m")

    private var path: String { folder.path(of: "p.db") }
    private var logged: [String] { lines.texts }

    /// One watch for each of `templates`.
    private func watchlist(_ templates: String...) -> Watchlist {
        let watches = templates.map { template in
            let key = Watch.Key(org: "o", workspace: "w", template: template, provider: "p", model: "m")
            return Watch(key: key, target: target)
        }
        return Watchlist(providers: ["p": target.provider], watches: watches, targets: [target])
    }

    private func opened() async throws -> RecoveringStore {
        try await RecoveringStore(path: path, watchlist: watchlist("t"), log: lines.log)
    }

    @Test func whatAStartCouldNotRegisterIsHandedInAgain() async throws {
        let settings = House.settings(in: folder)
        let other = Conversation(["sqlite3", settings.database])
        other.write("BEGIN IMMEDIATE; SELECT 'begun';\n")
        #expect(other.read() == "begun\n")
        let components = try await Components(settings, watchlist("t"), log: lines.log)
        #expect(components.recorder.waiting.watchlist?.watches.count == 1, "\(logged)")
        other.end()
        components.client.shutdown()
        await components.store.close()
    }

    private func batch(_ id: UInt64) throws -> StoreBatch {
        let version = try #require(VersionIdentity(resolvedModel: "m-1", fingerprint: nil))
        let seen = Observation(
            id: id, target: target.id, slot: 1, time: now + .milliseconds(Int(id)), version: version)
        return StoreBatch(findings: [.observation(seen, imported: false)])
    }

    /// What a use of the store fails with.
    private func failure(_ body: () async throws -> Void) async -> SQLiteStoreError.Reason? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? SQLiteStoreError)?.reason
        }
    }

    @discardableResult
    private func sql(_ sql: String, on name: String = "p.db") throws -> String {
        let (status, output) = ChildProcess.run(["sqlite3", "-cmd", ".timeout 5000", folder.path(of: name), sql])
        let text = String(decoding: output, as: UTF8.self)
        #expect(status == 0, "\(text)")
        return text
    }

    private func files(with part: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.contains(part) }
    }

    /// Overwrites all but the first page, and has every connection forget the pages that it keeps.
    private func damage() throws {
        try sql("UPDATE targets SET model = model; PRAGMA wal_checkpoint(TRUNCATE)")
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        let size = try file.seekToEnd()
        try file.seek(toOffset: 4096)
        try file.write(contentsOf: Data(repeating: 0xFF, count: Int(size) - 4096))
        try file.close()
    }

    /// A reader keeps the log of a moved database from being carried over. It is kept, and named.
    @Test func theLogOfOneThatIsReadIsKept() async throws {
        let store = try await opened()
        _ = try await store.write(batch(1), at: now)
        let reader = Conversation(["sqlite3", path])
        reader.write("BEGIN; SELECT count(*) FROM observations;\n")
        #expect(reader.read() == "1\n")
        _ = try await store.write(batch(2), at: now)
        #expect(rename(path, folder.path(of: "elsewhere")) == 0)
        let next = try batch(3)
        #expect(await failure { _ = try await store.write(next, at: now) } == .gone)
        _ = try await store.write(next, at: now)
        let kept = try #require(try files(with: "-wal.left-").first)
        #expect(logged.contains { $0.hasPrefix("error: ") && $0.contains(kept) }, "\(logged)")
        // At its end it would remove the log by its name, which is another's by now.
        kill(reader.process, SIGKILL)
        reader.end()
        #expect(rename(folder.path(of: kept), folder.path(of: "elsewhere-wal")) == 0)
        #expect(try sql("SELECT count(*) FROM observations", on: "elsewhere") == "2\n")
        #expect(try sql("SELECT count(*) FROM observations") == "1\n")
        await store.close()
    }

    enum Loss: CaseIterable { case deleted, moved, replaced }

    /// Whoever uses it next is told, and the one after that finds a database, with the watchlist that was written last.
    @Test(arguments: Loss.allCases) func oneThatIsGoneIsOpenedAnew(_ loss: Loss) async throws {
        let store = try await opened()
        var registered = try batch(1)
        registered.watchlist = watchlist("t", "u")
        #expect(try await store.write(registered, at: now).map(\.isNewVersion) == [true])
        switch loss {
        case .deleted: unlink(path)
        case .moved: #expect(rename(path, folder.path(of: "elsewhere")) == 0)
        case .replaced:
            try sql("VACUUM INTO '\(folder.path(of: "backup"))'")
            #expect(rename(folder.path(of: "backup"), path) == 0)
        }
        let next = try batch(2)
        #expect(await store.replacements == 0)
        #expect(await failure { _ = try await store.write(next, at: now) } == .gone)
        #expect(try await store.write(next, at: now).map(\.isNewVersion) == [loss != .replaced])
        #expect(logged == ["warning: store: database replaced; reopened \(path)"])
        #expect(await store.replacements == 1)
        await store.close()
        #expect(try sql("SELECT template FROM bindings ORDER BY 1") == "t\nu\n")
        #expect(try sql("SELECT count(*) FROM observations") == (loss == .replaced ? "2\n" : "1\n"))
        if loss == .moved { #expect(try sql("SELECT count(*) FROM observations", on: "elsewhere") == "1\n") }
    }

    /// Not only that the database is gone is told, but also, once, why it can't be opened anew.
    @Test func anotherProgramsInItsPlaceIsTold() async throws {
        let store = try await opened()
        try sql("CREATE TABLE other (x)", on: "other")
        #expect(rename(folder.path(of: "other"), path) == 0)
        let recorder = Recorder(store: store) { [now] in Moment(wall: now, uptime: .start) }
        let running = Task { await recorder.run() }
        recorder.submit(RecordEntry(try #require(batch(1).findings.first), of: target))
        while recorder.report.errors < 3 { try await Task.sleep(for: .milliseconds(10)) }
        recorder.giveUp()
        await running.value
        var causes: [String] = []
        for await outcome in recorder.outcomes {
            if case .failing(let cause) = outcome { causes.append(cause) }
        }
        #expect(
            causes == [
                "\(path): the database was moved, deleted or replaced while it was open",
                "\(path): this is another program's database (it has a table other); give another path",
            ])
        #expect(try sql("SELECT name FROM sqlite_master") == "other\n")
        await store.close()
    }

    @Test func aDamagedOneIsSetAsideAtTheStart() async throws {
        let before = try await opened()
        _ = try await before.write(try batch(1), at: now)
        await before.close()
        try damage()
        let store = try await opened()
        #expect(try await store.write(try batch(2), at: now).map(\.isNewVersion) == [true])
        #expect(try files(with: ".corrupt-").contains { $0.hasSuffix("Z") })
        #expect(logged.count == 1 && logged[0].hasPrefix("critical: store: damaged database moved to"))
        await store.close()
    }

    /// Where the one that took its place is damaged before it ever worked, the disk is at fault, and nothing more is moved.
    @Test func oneIsSetAsideOnceUntilItWorks() async throws {
        let store = try await opened()
        for round in 1...2 {
            _ = try await store.write(try batch(UInt64(round)), at: now)
            try damage()
            let next = try batch(9)
            #expect(await failure { _ = try await store.write(next, at: now) } == .corrupt)
            // It is opened anew, but nothing is written.
            _ = try await store.memory(of: [target.id])
            #expect(logged.count == round)
        }
        try damage()
        for _ in 1...3 {
            let next = try batch(9)
            #expect(await failure { _ = try await store.write(next, at: now) } == .corrupt)
        }
        #expect(logged.count == 2)
        #expect(await store.replacements == 2)
        await store.close()
    }

    /// A start does not wait for who writes into the database, nor end because of it.
    @Test func oneThatIsLockedIsOpenedOnceItIsNot() async throws {
        await (try await opened()).close()
        let other = Conversation(["sqlite3", path])
        other.write("BEGIN IMMEDIATE; SELECT 'begun';\n")
        #expect(other.read() == "begun\n")
        let store = try await opened()
        #expect(logged.count == 1 && logged[0].hasPrefix("error: store: ") && logged[0].contains("another program"))
        other.write("COMMIT; SELECT 'ended';\n")
        #expect(other.read() == "ended\n")
        #expect(try await store.write(try batch(1), at: now).map(\.isNewVersion) == [true])
        #expect(logged.count == 1)
        other.end()
        await store.close()
    }

    /// One that can't be opened however long one waits ends the start.
    @Test func oneOfAnotherProgramIsRefused() async throws {
        try sql("CREATE TABLE other (x)")
        #expect(await failure { _ = try await opened() } == .foreign)
        #expect(try files(with: ".corrupt-").isEmpty)
    }

    /// Whoever comes while it is closed, or after that, opens nothing.
    @Test func oneThatIsClosedIsNotOpenedAgain() async throws {
        let store = try await opened()
        unlink(path)
        let next = try batch(1)
        #expect(await failure { _ = try await store.write(next, at: now) } == .gone)
        // Whichever comes first: what is opened is closed.
        async let used = failure { _ = try await store.write(next, at: now) }
        await store.close()
        #expect([nil, .closed].contains(await used))
        #expect(await failure { _ = try await store.write(next, at: now) } == .closed)
        #expect(await failure { _ = try await store.memory(of: []) } == .closed)
        let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap {
            try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")
        }
        #expect(!open.contains { $0.hasPrefix(folder.path) }, "\(open)")
    }
}
