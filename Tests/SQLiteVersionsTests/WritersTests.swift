import Foundation
import Glibc
import OutsideParts
import PrompterCore
import SQLiteVersions
import Testing

/// More than one who writes, and writers that die.
struct WritersTests {
    private let folder = try! TemporaryFolder()
    private let now = Samples.now

    @Test func decideFromRowsWhatIsNew() async throws {
        let daemon = try SQLiteVersionStore(path: folder.file())
        let command = try SQLiteVersionStore(path: folder.file())
        let target = Samples.target()
        let seen = Samples.finding(1, of: target, at: now)
        #expect(try await daemon.record([seen], at: now)[0].events.map(\.kind) == [.first])
        #expect(try await command.record([seen], at: now) == [Recorded(isNews: false)])
        let other = Samples.finding(2, of: target, "gpt-4o-2024-11-20", at: now)
        #expect(try await command.record([other], at: now)[0].isNewVersion)
        let again = Samples.finding(3, of: target, "gpt-4o-2024-11-20", at: now)
        #expect(try await !daemon.record([again], at: now)[0].isNewVersion)
        #expect(try await daemon.memory(of: [target.id]) == (try await command.memory(of: [target.id])))
        #expect(try Program.run("sqlite3", folder.file(), "SELECT count(*) FROM events") == "1\n")
    }

    @Test func loseNothingWhenTheyWriteAtOnce() async throws {
        let stores = try (0..<2).map { _ in try SQLiteVersionStore(path: folder.file()) }
        let target = Samples.target()
        let news = try await withThrowingTaskGroup(of: Int.self) { [now] group in
            for store in stores {
                group.addTask {
                    var news = 0
                    for batch in 0..<25 {
                        let findings = (0..<4).map { Samples.finding(UInt64(batch * 4 + $0), of: target, at: now) }
                        news += try await store.record(findings, at: now).count(where: \.isNews)
                    }
                    return news
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(news == 100)
        #expect(try await stores[0].memory(of: [target.id])[target.id]?.versions.map(\.sightings) == [100])
    }

    @Test func openANewFileAtOnce() async throws {
        for round in 0..<30 {
            let path = folder.file("\(round).db")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<6 {
                    group.addTask {
                        let store = try SQLiteVersionStore(path: path)
                        _ = try await store.record([Samples.finding(1, of: Samples.target(), at: now)], at: now)
                    }
                }
                try await group.waitForAll()
            }
            #expect(try Program.run("sqlite3", "-cmd", ".timeout 5000", path, "SELECT count(*) FROM events") == "1\n")
        }
    }

    @Test func areRefusedWhileAnotherProgramWrites() async throws {
        let store = try SQLiteVersionStore(path: folder.file())
        let target = Samples.target()
        let findings = [Samples.finding(1, of: target, at: now)]
        let other = Conversation(["sqlite3", folder.file()])
        other.write("BEGIN IMMEDIATE; SELECT 'begun';\n")
        #expect(other.read() == "begun\n")
        let error = await #expect(throws: SQLiteStoreError.self) { try await store.record(findings, at: now) }
        #expect(error?.reason == .locked)
        #expect(try await store.memory(of: [target.id]) == [:])
        other.write("COMMIT;\n")
        other.end()
        #expect(try await store.record(findings, at: now)[0].events.count == 1)
    }

    @Test func areNotKeptWaitingByAReader() async throws {
        let store = try SQLiteVersionStore(path: folder.file())
        let reader = Conversation(["sqlite3", folder.file()])
        reader.write("BEGIN; SELECT count(*) FROM observations;\n")
        #expect(reader.read() == "0\n")
        _ = try await store.record([Samples.finding(1, of: Samples.target(), at: now)], at: now)
        reader.write("COMMIT; SELECT count(*) FROM observations;\n")
        #expect(reader.read() == "1\n")
        reader.end()
    }

    @Test func noticeThatTheFileIsGone() async throws {
        let store = try SQLiteVersionStore(path: folder.file())
        try FileManager.default.moveItem(atPath: folder.file(), toPath: folder.file("aside.db"))
        let findings = [Samples.finding(1, of: Samples.target(), at: now)]
        let error = await #expect(throws: SQLiteStoreError.self) { try await store.record(findings, at: now) }
        #expect(error?.reason == .gone)
    }

    @Test func recordNothingOnceClosed() async throws {
        let store = try SQLiteVersionStore(path: folder.file())
        await store.close()
        await store.close()
        let findings = [Samples.finding(1, of: Samples.target(), at: now)]
        let error = await #expect(throws: SQLiteStoreError.self) { try await store.record(findings, at: now) }
        #expect(error?.reason == .closed)
    }

    @Test func recordEvenWhereTheirTaskIsCancelled() async throws {
        let store = try SQLiteVersionStore(path: folder.file())
        let target = Samples.target()
        let task = Task { [now] in
            withUnsafeCurrentTask { $0?.cancel() }
            return try await store.record([Samples.finding(1, of: target, at: now)], at: now)
        }
        #expect(try await task.value.count == 1)
        #expect(try await store.memory(of: [target.id]).count == 1)
    }

    @Test func keepWhatWasCommittedWhenKilled() async throws {
        let path = folder.file()
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let store = try SQLiteVersionStore(path: path)
            try await store.register(Samples.watchlist([Samples.watch("t", Samples.target())]), at: Samples.now)
            for id in 0..<UInt64(20) {
                let finding = Samples.finding(id, of: Samples.target(), at: Samples.now)
                _ = try await store.record([finding], at: Samples.now)
            }
            kill(getpid(), SIGKILL)
        }
        let contents = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(contents == ["prompterd.db", "prompterd.db-shm", "prompterd.db-wal", "prompterd.db.lock"])
        let reports = try Archive(path: path).watches(matching: WatchFilter())
        #expect(reports.map(\.versions.first?.sightings) == [20])
        #expect(try Program.run("sqlite3", path, "PRAGMA integrity_check") == "ok\n")
        let store = try SQLiteVersionStore(path: path)
        #expect(try await store.memory(of: [Samples.target().id]).values.map { $0.versions[0].sightings } == [20])
    }

    @Test(.enabled(if: geteuid() == 0, "only root may mount a small disk"))
    func keepTheFindingsUntilThereIsRoom() async throws {
        let disk = folder.file("disk")
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: false)
        _ = try Program.run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk)
        defer { _ = try? Program.run("umount", "-l", disk) }
        let store = try SQLiteVersionStore(path: "\(disk)/prompterd.db")
        let target = Samples.target()
        _ = try await store.record([Samples.finding(0, of: target, at: now)], at: now)
        let before = try await store.memory(of: [target.id])
        let ballast = "\(disk)/ballast"
        _ = try? Program.run("dd", "if=/dev/zero", "of=\(ballast)", "bs=4k")
        let findings = (1..<2000).map { Samples.finding(UInt64($0), of: target, at: now + .milliseconds($0)) }
        let error = await #expect(throws: SQLiteStoreError.self) { try await store.record(findings, at: now) }
        #expect(error?.reason == .full)
        #expect(try await store.memory(of: [target.id]) == before)
        try FileManager.default.removeItem(atPath: ballast)
        #expect(try await store.record(findings, at: now).allSatisfy(\.isNews))
        await store.close()
    }
}
