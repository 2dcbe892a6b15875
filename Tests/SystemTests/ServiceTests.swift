import Foundation
import OutsideParts
import PrompterCore
import Testing

/// The daemon as the service manager and an operator see it.
struct ServiceTests {
    @Test func tellsTheServiceManager() async throws {
        let site = try Site(Site.stubs(3))
        let socket = DatagramSocket(at: site.folder.path(of: "notify"))
        let program = try await site.ready(environment: ["NOTIFY_SOCKET": site.folder.path(of: "notify")])
        #expect(socket.receive() == "READY=1")
        let status = socket.receive()
        #expect(status.hasPrefix("STATUS=3 watches, 3 targets; next probe in "), "\(status)")
        let end = await program.stop()
        #expect(end.status == 0, "\(end.errors)")
        var messages: [String] = []
        while !socket.isEmpty { messages.append(socket.receive()) }
        #expect(messages.contains("STOPPING=1"))
    }

    @Test func isNotReadyWithABadWatchlist() async throws {
        let site = try Site("{")
        let socket = DatagramSocket(at: site.folder.path(of: "notify"))
        let end = await site.start(environment: ["NOTIFY_SOCKET": site.folder.path(of: "notify")]).end()
        #expect(end.status == 78 && end.errors.contains("watchlist.json:1:2"))
        #expect(socket.isEmpty)
    }

    /// Only a privileged process may raise the priority of a thread, and libdispatch says in the system's log that it could not.
    @Test(.enabled(if: geteuid() == 0, "only root can give a program a log of its own"))
    func saysNothingOfThreadsInTheSystemsLog() async throws {
        let site = try Site(Site.stubs(3))
        chmod(site.folder.path, 0o777)
        let (devices, path) = (site.folder.path(of: "dev"), site.folder.path(of: "log"))
        let log = DatagramSocket(at: path)
        chmod(path, 0o777)
        let script = """
            mkdir \(devices) && mount -t tmpfs -o mode=755 tmpfs \(devices)
            for name in null urandom; do touch \(devices)/$name; mount --bind /dev/$name \(devices)/$name; done
            touch \(devices)/log && mount --bind \(path) \(devices)/log && mount --rbind \(devices) /dev
            exec setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
            """
        let end = await site.start(["--once"], wrapper: ["unshare", "--mount", "sh", "-c", script, "sh"]).end()
        #expect(end.status == 0, "\(end.errors)")
        #expect(log.isEmpty)
    }

    @Test func mayOpenAsManyFilesAsItIsAllowed() async throws {
        let site = try Site(Site.stubs(3))
        let program = try await site.ready(wrapper: ["prlimit", "--nofile=256:2048"])
        let limits = try String(contentsOfFile: "/proc/\(program.processID)/limits", encoding: .utf8)
        #expect(limits.contains(/Max open files +2048 +2048/), "\(limits)")
        #expect(await program.stop().status == 0)
    }

    @Test(arguments: [SIGTERM, SIGINT]) func stopsOnSignals(signal: Int32) async throws {
        let site = try Site(Site.stubs(3))
        let program = try await site.ready()
        program.send(signal)
        let end = await program.end()
        #expect(end.status == 0 && end.errors.contains("stopped"))
        let exposition = try site.exposition()
        #expect(exposition.value("prompter_up") == 0)
        #expect(!exposition.samples.contains { $0.name.hasPrefix("prompter_watch_") })
    }

    @Test func whatWasAnsweredBeforeAStopIsRecorded() async throws {
        let provider = try FakeProvider { $0.number < 3 ? .completion(model: "m-real", fingerprint: "fp") : .hang }
        try provider.start()
        defer { provider.stop() }
        let site = try Site(Site.live(6, at: provider.baseURL, interval: "10s", timeout: "10s", concurrency: 6))
        let program = try await site.ready()
        _ = await provider.request(6)
        let end = await program.stop()
        #expect(end.status == 0, "\(end.errors)")
        #expect(try site.number("SELECT count(*) FROM observations") == 2)
    }

    @Test func reloadTakesAGoodListAndRefusesABadOne() async throws {
        let site = try Site(Site.stubs(3))
        let program = try await site.ready()
        try site.write(Site.stubs(4).replacing(#""template":"t-0""#, with: #""template":"t-new""#))
        program.send(SIGHUP)
        #expect(await program.line(with: "watchlist reloaded: +2 −1 ~0 watches"))
        #expect(try site.exposition().value("prompter_watches") == 4)
        try site.write("{\n  \"providers\": {}\n  \"watches\": []\n}")
        program.send(SIGHUP)
        #expect(await program.line(with: "watchlist.json:3:3: expected a comma or a closing brace here"))
        #expect(await program.line(with: "watchlist refused"))
        let exposition = try site.exposition()
        #expect(exposition.value("prompter_watches") == 4)
        #expect(exposition.value("prompter_watchlist_last_reload_successful") == 0)
        try site.write(Site.stubs(1))
        program.send(SIGHUP)
        #expect(await program.line(with: "watchlist reloaded: +1 −4 ~0 watches"))
        #expect(try site.exposition().value("prompter_watchlist_last_reload_successful") == 1)
        #expect(await program.stop().status == 0)
        #expect(try site.number("SELECT count(*) FROM bindings WHERE valid_until IS NULL") == 1)
        #expect(try site.number("SELECT count(*) FROM bindings") == 6)
    }

    @Test func aSecondRunSaysSoAndEnds() async throws {
        let site = try Site(Site.stubs(1))
        let first = try await site.ready()
        let second = await site.start().end()
        #expect(
            second.status == 75 && second.errors.contains("is locked by process \(first.processID)"), "\(second.errors)"
        )
        #expect(await first.stop().status == 0)
    }

    @Test func aKilledDaemonLeavesWhatItRecorded() async throws {
        let site = try Site(Site.stubs(50, interval: "1s"))
        let program = try await site.ready()
        #expect(await program.line(with: "first seen as", count: 50))
        program.send(SIGKILL)
        #expect(await program.end().status == -SIGKILL)
        #expect(try site.number("SELECT count(DISTINCT target_id) FROM observations") == 50)
        let again = try await site.ready()
        #expect(await again.stop().status == 0)
        #expect(!again.errors.contains("first seen"))
    }

    /// Each slot of each target once, or counted as missed: by the database, which has each observation's slot.
    @Test func everySlotIsObservedOnceOrCountedAsMissed() async throws {
        // A watch among them whose provider tells that slots go by: one request in each.
        let provider = try FakeProvider { _ in .completion(model: "m-real") }
        try provider.start()
        defer { provider.stop() }
        let counting = #"{"template":"counting","provider":"live","model":"m","interval":"1s"}"#
        let live = #""live":{"dialect":"openai-compatible","base_url":"\#(provider.baseURL)"}"#
        let site = try Site(
            Site.stubs(300, interval: "1s").replacing(#""watches":["#, with: #""watches":[\#(counting),"#)
                .replacing(#""providers":{"#, with: #""providers":{\#(live),"#))
        let program = try await site.ready()
        #expect(await program.line(with: "first seen as m-", count: 301))
        #expect(await provider.request(provider.requests.count + 4) != nil)
        let end = await program.stop()
        #expect(end.status == 0)
        #expect(
            try site.number(
                "SELECT count(*) FROM (SELECT 1 FROM observations GROUP BY target_id, slot HAVING count(*) > 1)") == 0)
        #expect(try site.number("SELECT count(*) FROM observations") > 300)
        let gaps = try site.number(
            """
            SELECT sum(width) FROM (
                SELECT max(slot) - min(slot) + 1 - count(*) AS width FROM observations
                WHERE target_id IN (SELECT id FROM targets WHERE provider = 'openai') GROUP BY target_id)
            """)
        let shown = try site.exposition()
        let missed = try #require(shown.value("prompter_slots_missed_total", ["provider": "openai"]))
        // A slot that passed before a target's first observation leaves no gap.
        #expect(missed >= Double(gaps), "\(missed) missed, \(gaps) gaps")
    }
}
