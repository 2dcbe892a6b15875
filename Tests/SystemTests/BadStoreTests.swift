import Foundation
import GRDB
import OutsideParts
import Testing

/// Databases that can't be used, or stop being usable while the daemon runs.
@Suite(.timeLimit(.minutes(10))) struct BadStoreTests {
    private static let isRoot = geteuid() == 0
    private static let nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]

    /// What a reader finds in the folder beside the watchlist and the textfile.
    private func databases(of site: Site) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: site.folder.path)
            .filter { $0.hasPrefix("prompterd.db") && !$0.hasSuffix(".lock") && !$0.hasSuffix(".watchlist.json") }
            .sorted()
    }

    private func sqlite(_ site: Site, _ sql: String) {
        #expect(ChildProcess.run(["sqlite3", "-cmd", ".timeout 5000", site.database, sql]).status == 0)
    }

    /// Starts a daemon that can't start, and sees that it says so in one line and leaves the file as it is.
    private func refused(_ site: Site, saying text: String, wrapper: [String] = []) async throws {
        let before = try? Data(contentsOf: URL(fileURLWithPath: site.database))
        let end = await site.start(["--once"], wrapper: wrapper).end()
        #expect(end.status == 78 && end.errors.contains(text), "\(end.status): \(end.errors)")
        #expect(end.errors.split(separator: "\n").count == 1, "\(end.errors)")
        #expect((try? Data(contentsOf: URL(fileURLWithPath: site.database))) == before)
        #expect(try !databases(of: site).contains { $0.contains("corrupt") })
    }

    /// A database that a daemon made and left.
    private func used() async throws -> Site {
        let site = try Site(Site.stubs(200))
        #expect(await site.start(["--once"]).end().status == 0)
        return site
    }

    @Test func oneThatNeverWasADatabaseIsRefused() async throws {
        let site = try Site(Site.stubs(1))
        try Data(String(repeating: "no database\n", count: 1000).utf8).write(to: URL(fileURLWithPath: site.database))
        try await refused(site, saying: "this is not an SQLite database")
    }

    @Test func anotherProgramsIsRefusedEvenDamaged() async throws {
        let site = try Site(Site.stubs(1))
        sqlite(site, "CREATE TABLE a (b); INSERT INTO a VALUES (randomblob(20000))")
        try await refused(site, saying: "another program's database")
        try damage(site, from: 100)
        try await refused(site, saying: "the database is damaged")
    }

    @Test func oneOfANewerProgramIsRefused() async throws {
        let site = try await used()
        sqlite(site, "INSERT INTO grdb_migrations VALUES ('9-tallies')")
        try await refused(site, saying: "a newer prompterd made this database")
    }

    @Test(.enabled(if: isRoot, "only root can become another user"))
    func oneThatMayOnlyBeReadIsRefused() async throws {
        let site = try await used()
        chmod(site.database, 0o444)
        chmod(site.folder.path, 0o777)
        for name in try databases(of: site) where name != "prompterd.db" { unlink(site.folder.path(of: name)) }
        unlink("\(site.database).lock")
        try await refused(site, saying: "no permission to use the database", wrapper: Self.nobody)
        unlink("\(site.database).lock")
        chmod(site.folder.path, 0o755)
        try await refused(site, saying: "Permission denied", wrapper: Self.nobody)
    }

    /// Overwrites the file, but for the header, from `offset` on.
    private func damage(_ site: Site, from offset: UInt64) throws {
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: site.database))
        let size = try file.seekToEnd()
        try file.seek(toOffset: offset)
        try file.write(contentsOf: Data(repeating: 0xFF, count: Int(size - offset)))
        try file.close()
    }

    @Test(arguments: [100, 4096]) func aDamagedOneIsSetAsideAtTheStart(from offset: UInt64) async throws {
        let site = try await used()
        try damage(site, from: offset)
        let damaged = try Data(contentsOf: URL(fileURLWithPath: site.database))
        let end = await site.start(["--once"]).end()
        #expect(end.status == 0, "\(end.errors)")
        #expect(try site.number("SELECT count(DISTINCT target_id) FROM observations") == 200)
        let aside = try #require(try databases(of: site).first { $0.hasPrefix("prompterd.db.corrupt-") })
        #expect(try Data(contentsOf: URL(fileURLWithPath: site.folder.path(of: aside))) == damaged)
        let lines = end.errors.split(separator: "\n").filter { $0.contains("damaged database moved to") }
        #expect(lines.count == 1 && lines[0].contains("critical") && lines[0].contains(aside), "\(end.errors)")
        #expect(try site.exposition().value("prompter_store_replacements_total") == 1)
    }

    @Test func oneDamagedWhileRunningIsSetAsideAndGoneOnWith() async throws {
        let site = try Site(Site.stubs(20, interval: "1s"))
        let program = try await site.ready()
        #expect(await program.line(with: "first seen as", count: 20))
        // A commit of another's makes the daemon forget the pages that it keeps in memory, and the log is carried over, so
        // that it reads the damaged ones next. It is stopped where it can't hold a lock.
        let other = Conversation(["sqlite3", "-cmd", ".timeout 5000", site.database])
        other.write("BEGIN IMMEDIATE; SELECT 'begun';\n")
        #expect(other.read() == "begun\n")
        program.pause()
        other.write("UPDATE targets SET model = model; COMMIT; PRAGMA wal_checkpoint(TRUNCATE);\n")
        #expect(other.read() == "0|0|0\n")
        other.end()
        try damage(site, from: 4096)
        program.send(SIGCONT)
        #expect(await program.line(with: "damaged database moved to"), "\(program.errors)")
        #expect(await program.line(with: "store: works again"))
        #expect(await program.line(with: "first seen as", count: 40))
        let end = await program.stop()
        #expect(end.status == 0, "\(end.errors)")
        #expect(
            try databases(of: site).count {
                $0.hasPrefix("prompterd.db.corrupt-") && !$0.contains("-wal") && !$0.contains("-shm")
            } == 1)
        try expectWhole(site)
        #expect(try #require(try site.exposition().value("prompter_store_errors_total")) >= 1)
        #expect(try site.exposition().value("prompter_store_replacements_total") == 1)
    }

    /// What there is, is whole, and every watch is registered.
    private func expectWhole(_ site: Site) throws {
        #expect(try site.rows("PRAGMA integrity_check").map { $0[0] as String } == ["ok"])
        #expect(try site.number("SELECT count(*) FROM bindings WHERE valid_until IS NULL") == 20)
        #expect(try site.number("SELECT count(DISTINCT target_id) FROM observations") == 20)
    }

    enum Loss: CaseIterable { case deleted, deletedWithItsLog, moved, replacedByAnOlderState }

    @Test(arguments: Loss.allCases) func oneThatIsGoneIsNoticedAndGoneOnWith(_ loss: Loss) async throws {
        let site = try Site(Site.stubs(20, interval: "1s"))
        let program = try await site.ready()
        #expect(await program.line(with: "first seen as", count: 20))
        let elsewhere = site.folder.path(of: "elsewhere")
        switch loss {
        case .deleted: unlink(site.database)
        case .moved: #expect(rename(site.database, elsewhere) == 0)
        case .deletedWithItsLog: for name in try databases(of: site) { unlink(site.folder.path(of: name)) }
        case .replacedByAnOlderState:
            let backup = site.folder.path(of: "backup")
            sqlite(site, "VACUUM INTO '\(backup)'")
            #expect(rename(backup, site.database) == 0)
        }
        #expect(await program.line(with: "the database was moved, deleted or replaced while it was open"))
        #expect(await program.line(with: "database replaced; reopened \(site.database)"), "\(program.errors)")
        #expect(await program.line(with: "store: works again"))
        if loss != .replacedByAnOlderState { #expect(await program.line(with: "first seen as", count: 40)) }
        let end = await program.stop()
        #expect(end.status == 0, "\(end.errors)")
        try expectWhole(site)
        if loss == .moved {
            // Nobody moved the log with it.
            let moved = await site.run(["status", "--format", "json", "--database", elsewhere])
            #expect(moved.output.matches(of: /"last_success_at":"/).count == 20, "\(moved)")
        }
        #expect(!end.errors.contains("not recorded"))
        #expect(try #require(try site.exposition().value("prompter_store_errors_total")) >= 1)
        #expect(try site.exposition().value("prompter_store_replacements_total") == 1)
    }

    /// A link and what it points to are one database: with one log, and one daemon.
    @Test func aLinkToItIsTheSame() async throws {
        let site = try Site(Site.stubs(20, interval: "1h"))
        let real = site.folder.path(of: "real")
        #expect(mkdir(real, 0o755) == 0)
        #expect(symlink("real/p.db", site.database) == 0)
        let program = try await site.ready()
        #expect(await program.line(with: "first seen as", count: 20))
        let beside = await site.run(["status", "--format", "json", "--database", "\(real)/p.db"])
        #expect(beside.output.matches(of: /"last_success_at":"/).count == 20, "\(beside)")
        let through = await site.run(["status", "--format", "json", "--database", site.database])
        #expect(through.output.matches(of: /"last_success_at":"/).count == 20, "\(through)")
        let second = await site.run(
            ["run", "--once", "--probes", "stub", "--watchlist", site.watchlist, "--database", "\(real)/p.db"])
        #expect(second.status == 75, "\(second)")
        #expect(await program.stop().status == 0)
        #expect(try databases(of: site) == ["prompterd.db"])
    }

    /// Whoever may look into the folder may lock it: that stops nobody.
    @Test func aLockOnItsFolderStopsNobody() async throws {
        let site = try Site(Site.stubs(1))
        let other = Conversation(["flock", site.folder.path, "sh", "-c", "echo held; cat"])
        #expect(other.read() == "held\n")
        #expect(await site.start(["--once"]).end().status == 0)
        other.end()
    }

    /// As many observations can arrive in a minute as 60,000.
    @Test func whatIsOlderThanTheRetentionGoesAtOnce() async throws {
        let site = try Site(Site.stubs(20))
        #expect(await site.start(["--once"]).end().status == 0)
        sqlite(
            site,
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200)
            INSERT INTO observations (target_id, observed_at, id, version_id, slot, latency_us)
            SELECT target_id, observed_at - 5 * 86400000 + i * 1000, i, version_id, slot, 1 FROM observations, n
            """)
        // A watchdog of half a minute has the daemon look after things every ten seconds.
        let program = try await site.ready(["--retention", "2d"], environment: ["WATCHDOG_USEC": "30000000"])
        // Of what is old alone: the watches go on being probed.
        func left() throws -> Int {
            try site.number(
                """
                SELECT count(*) FROM observations
                WHERE observed_at < (SELECT max(observed_at) FROM observations) - 3 * 86400000
                """)
        }
        while try left() == 24_000 { try await Task.sleep(for: .milliseconds(100)) }
        let begin = ContinuousClock.now
        while try left() > 0 { try await Task.sleep(for: .milliseconds(100)) }
        #expect(ContinuousClock.now - begin < .seconds(60))
        #expect(try site.number("SELECT sum(sightings) FROM tallies") == 24_000)
        #expect(await program.stop().status == 0)
    }

    /// A round has no pulse to wait for.
    @Test func aRoundAppliesTheRetentionBeforeItsEnd() async throws {
        let site = try Site(Site.stubs(3))
        #expect(await site.start(["--once"]).end().status == 0)
        sqlite(
            site,
            """
            INSERT INTO observations (target_id, observed_at, id, version_id, slot, latency_us)
            SELECT target_id, observed_at - 5 * 86400000, 7, version_id, slot, 1 FROM observations
            """)
        #expect(await site.start(["--once", "--retention", "2d"]).end().status == 0)
        #expect(try site.number("SELECT count(*) FROM observations WHERE id = 7") == 0)
        #expect(try site.number("SELECT count(*) FROM tallies") == 3)
    }

    /// Whoever runs a single round is told, and not kept waiting for ever.
    @Test(.enabled(if: isRoot, "only root can mount a disk of its own"))
    func aRoundGivesUpOnADiskThatIsTooFullToBegin() async throws {
        let site = try Site(Site.stubs(1))
        let disk = site.folder.path(of: "disk")
        #expect(mkdir(disk, 0o755) == 0)
        // Without an inode for another file.
        let script = #"mount -t tmpfs -o nr_inodes=1 tmpfs \#(disk) && exec "$@""#
        let end = await Program.run(
            ["run", "--once", "--watchlist", site.watchlist, "--database", "\(disk)/p.db"],
            wrapper: ["timeout", "60", "unshare", "--mount", "sh", "-c", script, "sh"])
        #expect(end.status == 74, "\(end)")
        #expect(
            end.errors == """
                \(disk)/p.db.lock: open failed: No space left on device; free some space; nothing was probed, gave up after 15s

                """)
    }

    /// Another program holds the lock until after the end: what was learned meanwhile is in a file that `import` reads.
    @Test func whatCanNotBeRecordedAtTheEndCanBeImported() async throws {
        let site = try Site(Site.stubs(5, interval: "1s"))
        let program = try await site.ready()
        #expect(await program.line(with: "first seen as", count: 5))
        let other = Conversation(["sqlite3", "-cmd", ".timeout 5000", site.database])
        other.write("BEGIN IMMEDIATE; SELECT 'begun';\n")
        #expect(other.read() == "begun\n")
        #expect(await program.line(with: "findings are kept in memory until it works again"))
        let end = await program.stop()
        other.write("COMMIT;\n")
        other.end()
        #expect(end.status == 74, "\(end.errors)")
        let told = try #require(end.errors.firstMatch(of: /`prompterd import (.+\.jsonl)` to add them/))
        let path = String(told.1)
        #expect(path.hasPrefix("\(site.database).unrecorded-"))
        let attempts = try site.exposition().samples.filter { $0.name == "prompter_probe_attempts_total" }
            .reduce(0) { $0 + Int($1.value) }
        #expect(try site.number("SELECT count(*) FROM observations") < attempts)
        for _ in 0..<2 {
            let imported = await site.run(["import", path, "--database", site.database])
            #expect(imported.status == 0, "\(imported)")
            #expect(try site.number("SELECT count(*) FROM observations") == attempts)
        }
    }

    @Test func aLockedOneKeepsNobodyWaiting() async throws {
        let provider = try FakeProvider { _ in .completion(model: "m-real") }
        try provider.start()
        defer { provider.stop() }
        let site = try Site(Site.live(3, at: provider.baseURL, interval: "1s"))
        let program = try await site.ready()
        #expect(await program.line(with: "first seen as", count: 3))
        let other = Conversation(["sqlite3", "-cmd", ".timeout 5000", site.database])
        other.write("BEGIN IMMEDIATE; SELECT 'begun';\n")
        #expect(other.read() == "begun\n")
        #expect(await program.line(with: "another program keeps the database locked"))
        // Probing goes on meanwhile, for thirty slots of each: as many seconds, or six attempts to commit.
        _ = await provider.request(provider.requests.count + 90)
        other.write("COMMIT;\n")
        other.end()
        #expect(await program.line(with: "store: works again"))
        let end = await program.stop()
        #expect(end.status == 0, "\(end.errors)")
        #expect(
            end.errors.split(separator: "\n").count { $0.contains("keeps the database locked") } == 1, "\(end.errors)")
        try Site.expectEachProbe(
            of: provider, in: [site], observed: site.number("SELECT count(*) FROM observations"))
        #expect(try #require(try site.exposition().value("prompter_store_errors_total")) >= 2)
    }

    @Test func commandsBesideADaemonAreRight() async throws {
        let provider = try FakeProvider { _ in .completion(model: "m-real", fingerprint: "fp_1") }
        try provider.start()
        defer { provider.stop() }
        let site = try Site(Site.live(4, at: provider.baseURL, interval: "10s", timeout: "10s"))
        let program = try await site.ready()
        #expect(await program.line(with: "first seen as", count: 4))
        await withTaskGroup { group in
            for index in 0..<12 {
                let force = index % 3 == 0 ? [] : ["--force"]
                group.addTask {
                    let end = await site.run(["probe", "t-\(index % 4)"] + force + site.options)
                    #expect(end.status == 0 && end.output.contains("fp_1 (seen before;"), "\(end.errors)\(end.output)")
                }
            }
        }
        #expect(await program.stop().status == 0)
        #expect(try site.number("SELECT count(*) FROM observations") == provider.requests.count)
        #expect(try site.number("SELECT sum(sightings) FROM versions") == provider.requests.count)
        #expect(try site.number("SELECT count(*) FROM versions") == 4)
    }
}
