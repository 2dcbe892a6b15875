import Foundation
import Glibc
import OutsideParts
import PrompterCore
import Testing

/// What a daemon reads beside its database: the list that it kept, key files that are rotated, and what no notice tells of.
@Suite(.timeLimit(.minutes(10))) struct WatchedFilesTests {
    /// A pulse each second or two, for who would not wait a minute.
    private func quick(_ site: Site) -> [String: String] {
        ["NOTIFY_SOCKET": site.folder.path(of: "notify"), "WATCHDOG_USEC": "3000000"]
    }

    // MARK: the last good list

    @Test func aBrokenEditDoesNotOutliveARestartAsAnOutage() async throws {
        let site = try Site()
        let text = site.folder.path(of: "brief.txt")
        try "Be brief.".write(toFile: text, atomically: true, encoding: .utf8)
        let list = Site.stubs(3, interval: "2s").replacing(
            #""template":"t-0""#, with: #""template":"t-0","system_instructions_file":"brief.txt""#)
        try site.write(list)
        var program = try await site.ready()
        #expect(await program.line(with: "first seen as", count: 3))
        program.send(SIGKILL)
        _ = await program.end()
        let taken = try site.exposition().value("prompter_watchlist_last_reload_success_timestamp_seconds")
        unlink(text)
        try site.write("{")

        let socket = DatagramSocket(at: site.folder.path(of: "notify"))
        program = try await site.ready(environment: ["NOTIFY_SOCKET": site.folder.path(of: "notify")])
        #expect(await program.line(with: "watchlist.json:1:2"), "\(program.errors)")
        #expect(await program.line(with: "watchlist refused: the last good one is in force"))
        // On a busy machine a status may come first.
        let messages = [socket.receive(), socket.receive()]
        #expect(messages.contains("READY=1"))
        #expect(
            messages.contains {
                $0.hasPrefix("STATUS=3 watches, 3 targets; ") && $0.contains("; watchlist refused: ")
            }, "\(messages)")
        let exposition = try site.exposition()
        #expect(exposition.value("prompter_watchlist_last_reload_successful") == 0)
        #expect(exposition.value("prompter_watches") == 3)
        let kept = exposition.value("prompter_watchlist_last_reload_success_timestamp_seconds")
        #expect(kept == taken)
        // What is on disk is what matters to those who look at it.
        for arguments in [["check", site.watchlist], ["probe", "t-0"] + site.options] {
            let end = await Program.run(arguments)
            #expect([1, 78].contains(end.status) && (end.output + end.errors).contains("watchlist.json:1:2"), "\(end)")
        }
        try "Be brief.".write(toFile: text, atomically: true, encoding: .utf8)
        try site.write(list)
        #expect(await program.line(with: "watchlist reloaded: +0 −0 ~0 watches"), "\(program.errors)")
        #expect(try site.exposition().value("prompter_watchlist_last_reload_successful") == 1)
        let end = await program.stop()
        #expect(end.status == 0 && !end.errors.contains("first seen"), "\(end.errors)")
        #expect(try site.number("SELECT count(*) FROM bindings") == 3)
    }

    @Test func onlyARunningDaemonKeepsAListAndOnlyForItsPath() async throws {
        let site = try Site(Site.stubs(1))
        #expect(await site.start(["--once"]).end().status == 0)
        try site.write("{")
        #expect(await site.start().end().status == 78)
        try site.write(Site.stubs(1))
        #expect(try await site.ready().stop().status == 0)
        try site.write("{")
        #expect(await site.start(["--once"]).end().status == 78)
        let other = site.folder.path(of: "other.json")
        try "{".write(toFile: other, atomically: true, encoding: .utf8)
        let end = await Program.run(["run", "--watchlist", other, "--database", site.database])
        #expect(
            end.status == 78
                && end.errors.hasPrefix("\(other):1:2: "))
        #expect(try await site.ready().stop().status == 0)
    }

    // MARK: key files

    private func keyed(_ site: Site, at url: String) throws {
        try site.write(
            """
            {"providers":{"local":{"dialect":"openai-compatible","base_url":"\(url)","api_key_file":"key"}},
             "watches":[{"template":"t","provider":"local","model":"m","interval":"1s"}]}
            """)
    }

    private func refusing(allBut key: String) throws -> FakeProvider {
        try FakeProvider { request in
            request.header("Authorization") == "Bearer \(key)"
                ? .completion(model: "m-real")
                : .json(#"{"error":{"message":"Incorrect API key provided"}}"#, status: 401)
        }
    }

    private func rotate(_ site: Site, _ key: String) throws {
        try key.write(toFile: site.folder.path(of: "new"), atomically: false, encoding: .utf8)
        chmod(site.folder.path(of: "new"), 0o600)
        #expect(rename(site.folder.path(of: "new"), site.folder.path(of: "key")) == 0)
    }

    @Test func aRotatedKeyIsReadWithoutAReload() async throws {
        let provider = try refusing(allBut: "good")
        try provider.start()
        defer { provider.stop() }
        let site = try Site()
        try keyed(site, at: provider.baseURL)
        try rotate(site, "bad")
        let program = try await site.ready()
        #expect(await program.line(with: "local: auth: "), "\(program.errors)")
        try rotate(site, "good")
        #expect(await program.line(with: "local: probes resumed (was auth)"), "\(program.errors)")
        let end = await program.stop()
        #expect(end.status == 0 && !end.errors.contains("reloaded"), "\(end.errors)")
        #expect(!end.errors.contains("good") && !end.errors.contains("bad"))
    }

    @Test func aProviderWhoseKeyIsMissingRestsUntilItIsThere() async throws {
        let provider = try refusing(allBut: "good")
        try provider.start()
        defer { provider.stop() }
        let site = try Site()
        try keyed(site, at: provider.baseURL)
        let program = try await site.ready()
        #expect(
            await program.line(with: "local: auth: credential: \(site.folder.path(of: "key")): no such file"),
            "\(program.errors)")
        #expect(provider.requests.isEmpty)
        try rotate(site, "good")
        #expect(await program.line(with: "local: probes resumed (was auth)"), "\(program.errors)")
        #expect(await program.stop().status == 0)
        #expect(provider.requests.allSatisfy { $0.header("Authorization") == "Bearer good" })
    }

    // MARK: what no notice tells of

    /// A file that is mounted by itself, and edited where it came from.
    @Test(.enabled(if: geteuid() == 0, "only root may mount"))
    func whatIsEditedBehindAMountIsNoticed() async throws {
        let provider = try refusing(allBut: "two")
        try provider.start()
        defer { provider.stop() }
        let site = try Site()
        try keyed(site, at: provider.baseURL)
        try rotate(site, "one")
        let hosts = site.folder.path(of: "host")
        try FileManager.default.createDirectory(atPath: hosts, withIntermediateDirectories: false)
        for name in ["watchlist.json", "key"] {
            try FileManager.default.copyItem(atPath: site.folder.path(of: name), toPath: "\(hosts)/\(name)")
        }
        let script = """
            mount --bind \(hosts)/watchlist.json \(site.watchlist) && mount --bind \(hosts)/key \(site.folder.path(of: "key"))
            exec "$@"
            """
        let socket = DatagramSocket(at: site.folder.path(of: "notify"))
        let program = try await site.ready(
            environment: quick(site), wrapper: ["unshare", "--mount", "sh", "-c", script, "sh"])
        #expect(await program.line(with: "local: auth: "), "\(program.errors)")
        func writeInPlace(_ text: String, _ name: String) throws {
            let file = try #require(FileHandle(forWritingAtPath: "\(hosts)/\(name)"))
            try file.truncate(atOffset: 0)
            try file.write(contentsOf: Data(text.utf8))
            try file.close()
        }
        try writeInPlace("two", "key")
        #expect(await program.line(with: "local: probes resumed (was auth)"), "\(program.errors)")
        let list = try String(contentsOfFile: site.watchlist, encoding: .utf8)
        try writeInPlace(list.replacing(#""template":"t""#, with: #""template":"t-new""#), "watchlist.json")
        #expect(await program.line(with: "watchlist reloaded: +1 −1 ~0 watches"), "\(program.errors)")
        let end = await program.stop()
        #expect(end.status == 0 && end.errors.components(separatedBy: "reloaded").count == 2, "\(end.errors)")
        _ = socket
    }
}
