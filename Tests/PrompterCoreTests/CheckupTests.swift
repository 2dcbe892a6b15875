import PrompterCore
import Testing

/// What a checkup makes of what it sees.
struct CheckupTests {
    private func expect(
        _ diagnosis: Diagnosis, _ verdict: Diagnosis.Verdict, _ text: String, _ place: SourceLocation = #_sourceLocation
    ) {
        #expect(diagnosis.verdict == verdict && diagnosis.text.contains(text), "\(diagnosis)", sourceLocation: place)
    }

    @Test(
        arguments: [
            (true, [], .fine, "synchronised"),
            (true, [("far", 0, true)], .fine, "synchronised; it agrees with far's"),
            (true, [("far", 6, true)], .trouble, "6s ahead of far's"),
            (true, [("far", -3600, true)], .trouble, "1h behind far's"),
            // One that agrees outweighs one that does not.
            (true, [("far", -3600, true), ("other", 1, true)], .fine, "agrees with other's"),
            (false, [], .trouble, "no time service"),
            (false, [("far", 5, true)], .fine, "agrees with far's, although"),
            // This machine's own clock proves nothing, and hides nothing.
            (false, [("near", 0, false)], .trouble, "no time service"),
            (true, [("near", 0, false), ("far", -3600, true)], .trouble, "1h behind far's"),
            // A server may pass on another machine's answers.
            (true, [("near", 3600, false)], .trouble, "1h ahead of near's"),
            (nil, [], .skipped, "neither"), (nil, [("far", 0, true)], .fine, "agrees with far's"),
        ] as [(Bool?, [(String, Int, Bool)], Diagnosis.Verdict, String)])
    func judgesTheClock(
        isSynchronized: Bool?, offsets: [(String, Int, Bool)], verdict: Diagnosis.Verdict, text: String
    ) {
        let offsets = offsets.map { ClockOffset(provider: $0, offset: .seconds($1), isElsewhere: $2) }
        expect(ClockState(isSynchronized: isSynchronized, offsets: offsets).diagnosis, verdict, text)
    }

    /// The date is 08:49:37, cut to whole seconds, and was written within the two seconds of the call.
    @Test(
        arguments: [
            ("08:49:37Z", 0), ("08:49:40Z", 0), ("08:49:42Z", 2), ("08:49:30Z", -7), ("09:49:37Z", 3597),
        ] as [(String, Int)])
    func readsTheClockOfAnAnswer(now: String, seconds: Int) throws {
        let now = try #require(Timestamp(iso8601: "1994-11-06T\(now)"))
        let date = HTTPHeader("date", "Sun, 06 Nov 1994 08:49:37 GMT")
        let provider = Provider(name: "p", dialect: .openAI, baseURL: "https://api.openai.com/v1")
        let response = HTTPResponse(status: 404, headers: [date], duration: .seconds(2))
        let offset = try #require(ClockOffset(of: response, from: provider, at: now))
        #expect(offset == ClockOffset(provider: "p", offset: .seconds(seconds), isElsewhere: true))
        let cached = HTTPResponse(status: 404, headers: [date, HTTPHeader("Age", "60")])
        #expect(ClockOffset(of: cached, from: provider, at: now) == nil)
        #expect(ClockOffset(of: HTTPResponse(status: 404), from: provider, at: now) == nil)
    }

    @Test(
        arguments: [
            ("role:master\r\nmaxmemory:0\r\nmaxmemory_policy:noeviction\r\n", .fine, "maxmemory-policy noeviction"),
            ("role:master\r\nmaxmemory:0\r\nmaxmemory_policy:allkeys-lru\r\n", .fine, "allkeys-lru"),
            ("used_memory:1\r\nmaxmemory:2\r\nmaxmemory_policy:allkeys-lru\r\n", .trouble, "set noeviction"),
            ("used_memory:2\r\nmaxmemory:2\r\nmaxmemory_policy:noeviction\r\n", .trouble, "memory is full"),
            ("role:slave\r\n", .trouble, "a replica"), ("", .fine, "maxmemory-policy unknown"),
        ] as [(String, Diagnosis.Verdict, String)])
    func judgesRedis(info: String, verdict: Diagnosis.Verdict, text: String) {
        expect(RedisState(info: info).diagnosis(at: "redis://r:6379/0"), verdict, text)
    }

    @Test func judgesTheDatabase() {
        func file(_ path: String, _ owner: String) -> DatabaseState.File {
            DatabaseState.File(path: path, owner: owner, size: 70_000_000, mode: 0o640)
        }
        var state = DatabaseState(
            database: file("p.db", "prompterd"), companions: [file("p.db-wal", "prompterd")],
            folderOwner: "root", free: 100_000_000)
        expect(state.diagnosis, .fine, "p.db: 140 MB, owner prompterd, mode 0640; 100 MB free")
        state.free -= 1
        expect(state.diagnosis, .trouble, "only 99 MB left")
        state.companions = [file("p.db-wal", "root")]
        expect(state.diagnosis, .trouble, "p.db-wal is root's, but the database is prompterd's; run chown prompterd")
        // A backup that root restored.
        (state.database, state.companions, state.folderOwner) = (file("p.db", "root"), [], "prompterd")
        expect(state.diagnosis, .trouble, "p.db is root's, but the folder is prompterd's; run chown prompterd")
        state.daemonUser = "root"
        expect(state.diagnosis, .trouble, "p.db is root's, but the folder is prompterd's; run chown prompterd")
        // One that is in somebody's folder by way of a group.
        (state.database, state.folderOwner, state.free) = (file("p.db", "prompterd"), "admin", 100_000_000)
        for user in [nil, "prompterd", "root"] {
            state.daemonUser = user
            expect(state.diagnosis, .fine, "owner prompterd")
        }
        state.daemonUser = "other"
        expect(state.diagnosis, .trouble, "p.db is prompterd's, but the daemon runs as other; run chown other on it")
    }

    @Test(
        arguments: [
            (true, true, 10, .everyone, true, .fine, "written 10s ago; every user"),
            (true, true, 10, .members(["adm", "www"]), true, .fine, "only members of adm and www"),
            (true, true, 10, .nobody(path: "/x"), true, .trouble, "only the owner may use /x"),
            // Whoever looks is not the one who writes.
            (true, false, 10, .everyone, true, .fine, "written"),
            (true, false, 200, .everyone, true, .trouble, "this user can't write"),
            (false, false, nil, nil, true, .trouble, "does not exist"),
            (true, true, 200, .everyone, true, .trouble, "although the daemon writes it every minute"),
            (true, true, 200, .everyone, nil, .trouble, "although the daemon writes it every minute"),
            (true, true, 200, .everyone, false, .fine, "written 3m20s ago"),
            (true, true, nil, nil, true, .trouble, "missing, although the daemon runs"),
            (true, true, nil, nil, false, .skipped, "not written it yet"),
        ] as [(Bool, Bool, Int?, TextfileState.Readers?, Bool?, Diagnosis.Verdict, String)])
    func judgesTheTextfile(
        hasFolder: Bool, isWritable: Bool, age: Int?, readers: TextfileState.Readers?, isRunning: Bool?,
        verdict: Diagnosis.Verdict, text: String
    ) {
        let state = TextfileState(
            path: "p.prom", hasFolder: hasFolder, isWritable: isWritable, age: age.map { .seconds($0) },
            readers: readers)
        expect(state.diagnosis(isRunning: isRunning), verdict, text)
    }

    @Test func judgesATextfileThatTwoDaemonsWrite() {
        func taken(_ text: String) -> Timestamp? { TextfileState.watchlistTaken(in: Array(text.utf8)) }
        let name = "prompter_watchlist_last_reload_success_timestamp_seconds"
        let labels = #"{service="a b",env="e"}"#
        #expect(
            taken("# HELP \(name) x\nprompter_up\(labels) 1\n\(name)\(labels) 1763388000.123\n")
                == Timestamp(milliseconds: 1_763_388_000_123))
        #expect(taken("prompter_up\(labels) 1\n") == nil && taken("\(name)\(labels) +Inf\n") == nil)
        var state = TextfileState(path: "p.prom", hasFolder: true, isWritable: true, age: .zero, readers: .everyone)
        let kept = Timestamp(milliseconds: 1_763_388_000_123)
        func show(_ milliseconds: Int64) {
            state.shown = TextfileState.ShownWatchlist(Timestamp(milliseconds: milliseconds), kept: kept)
        }
        show(1_763_388_000_123)
        expect(state.diagnosis(isRunning: true), .fine, "every user can read it")
        show(1_763_388_000_122)
        expect(state.diagnosis(isRunning: true), .trouble, "another daemon writes this textfile, too; give each")
        // This daemon's own, where it could not save its watchlist.
        show(1_763_388_000_124)
        expect(state.diagnosis(isRunning: true), .trouble, "or the watchlist in force could not be saved")
    }

    private static let unit = [
        "Type": "notify", "NotifyAccess": "main", "WatchdogUSec": "3min", "LoadState": "loaded",
        "ActiveState": "active", "SubState": "running", "UnitFileState": "enabled", "NeedDaemonReload": "no",
        "Result": "success", "ExecMainStatus": "0",
    ]

    @Test(
        arguments: [
            ([:], .fine, "u.service is active, its watchdog is 3min"),
            (["LoadState": "not-found"], .skipped, "systemd has no u.service"),
            (["LoadState": "masked"], .trouble, "u.service is masked"),
            (
                ["ActiveState": "failed", "SubState": "failed", "Result": "exit-code", "ExecMainStatus": "78"],
                .trouble,
                "it is failed (failed, last result exit-code, exit status 78); see journalctl -u u.service"
            ),
            (["UnitFileState": "disabled"], .trouble, "not started when the machine boots"),
            (["NeedDaemonReload": "yes"], .trouble, "systemctl daemon-reload"),
            (["NotifyAccess": "none"], .trouble, "NotifyAccess=main"), (["Type": "simple"], .trouble, "Type=notify"),
            (["WatchdogUSec": "0"], .trouble, "WatchdogSec=180"),
            (["WatchdogUSec": "infinity"], .trouble, "WatchdogSec=180"),
        ] as [([String: String], Diagnosis.Verdict, String)])
    func judgesTheUnit(changes: [String: String], verdict: Diagnosis.Verdict, text: String) {
        let shown = Self.unit.merging(changes) { $1 }.map { "\($0.key)=\($0.value)" }.joined(separator: "\n")
        expect(UnitState("u.service", shown: shown).diagnosis, verdict, text)
    }

    @Test func knowsWhoseSeriesTheyAre() {
        let labels = SeriesLabels(service: "a\"b", environment: "prod")
        func areThose(_ text: String) -> Bool { labels.areThose(of: Array(text.utf8)) }
        #expect(areThose("# HELP prompter_up x\nprompter_up{service=\"a\\\"b\",env=\"prod\"} 0\n"))
        #expect(!areThose("prompter_up{service=\"a\\\"b\",env=\"prod2\"} 1\n"))
        #expect(!areThose("node_up{service=\"a\\\"b\",env=\"prod\"} 1\n") && !areThose(""))
    }

    @Test func isSafeToShow() {
        let diagnosis = Diagnosis(.provider, of: "p", .trouble, "a\u{1B}b\n")
        #expect(diagnosis.text == "a\\u{1b}b\\n")
        #expect(
            diagnosis.json.text == #"{"check":"provider","subject":"p","result":"trouble","text":"a\\u{1b}b\\n"}"#)
    }
}
