import Foundation
import OutsideParts
import Testing

/// Stops in bad moments.
@Suite(.timeLimit(.minutes(10))) struct StopTests {
    /// What is promised of SIGTERM, whatever else happens.
    private static let promise: Duration = .seconds(16)
    /// How long a machine that does other work may take beyond that.
    private static let margin: Duration = .seconds(10)

    /// A connection that keeps the store's write lock.
    private func writer(of site: Site) -> Conversation {
        let other = Conversation(["sqlite3", "-cmd", ".timeout 5000", site.database])
        other.write("BEGIN IMMEDIATE; SELECT 'begun';\n")
        #expect(other.read() == "begun\n")
        return other
    }

    @Test func isNotKeptWaitingByReloadsThatWaitForTheStore() async throws {
        let site = try Site(Site.stubs(5))
        let program = try await site.ready()
        #expect(await program.line(with: "first seen as", count: 5))
        let other = writer(of: site)
        try site.write(Site.stubs(6))
        for _ in 0..<3 {
            program.send(SIGHUP)
            #expect(await program.line(with: "watchlist reloaded"))
        }
        let begin = ContinuousClock.now
        let end = await program.stop()
        #expect(end.time - begin < Self.promise + Self.margin)
        #expect(end.status == 74, "\(end.errors)")
        other.end()
    }

    /// There are no findings; the watch that was removed stays bound until the next start.
    @Test func saysThatTheWatchlistCouldNotBeRecorded() async throws {
        let site = try Site(Site.stubs(5))
        let program = try await site.ready(environment: ["PROMPTER_PROBE_DISABLED": "1"])
        let other = writer(of: site)
        try site.write(Site.stubs(4))
        #expect(await program.line(with: "watchlist reloaded: +0 −1 ~0 watches"))
        let end = await program.stop()
        other.end()
        #expect(end.status == 74, "\(end.errors)")
        #expect(
            end.errors.hasSuffix(
                "\nnot recorded: the watchlist; the next start registers the watchlist and may send deliveries again\n"),
            "\(end.errors)")
        #expect(end.errors.split(separator: "\n").count { $0.contains("not recorded") } == 1, "\(end.errors)")
    }

    /// Nobody reads its errors, of which the last line says what was lost.
    @Test func isNotKeptWaitingByWhoReadsItsErrors() async throws {
        let provider = try FakeProvider { _ in .completion(model: "m-real") }
        try provider.start()
        defer { provider.stop() }
        let site = try Site(Site.live(3, at: provider.baseURL, interval: "1s"))
        let pipe = site.folder.path(of: "errors")
        #expect(mkfifo(pipe, 0o600) == 0)
        let end = open(pipe, O_RDWR | O_NONBLOCK | O_CLOEXEC)
        defer { close(end) }
        let page = [UInt8](repeating: 0x2E, count: 4096)
        while write(end, page, page.count) > 0 {}
        let program = await site.start(wrapper: ["sh", "-c", #"exec "$@" 2> \#(pipe)"#, "sh"])
        #expect(await provider.request(3) != nil)
        let other = writer(of: site)
        // What comes from now on can't be recorded.
        #expect(await provider.request(provider.requests.count + 3) != nil)
        let limit = Task {
            try await Task.sleep(for: Self.promise + Self.margin)
            program.send(SIGKILL)
        }
        #expect(await program.stop().status == 74)
        limit.cancel()
        other.end()
    }

    @Test func aLockedStoreDoesNotEndTheStart() async throws {
        let site = try Site(Site.stubs(5))
        #expect(await site.start(["--once"]).end().status == 0)
        try site.write(Site.stubs(7))
        let other = writer(of: site)
        let program = await site.start()
        #expect(await program.line(with: "findings are kept in memory until it works"), "\(program.errors)")
        #expect(await program.line(with: "watching 7 watches"), "\(program.errors)")
        other.write("COMMIT;\n")
        other.end()
        #expect(await program.line(with: "first seen as", count: 2), "\(program.errors)")
        #expect(await program.stop().status == 0)
        #expect(try site.number("SELECT count(DISTINCT target_id) FROM observations") == 7)
    }

    @Test func aStartThatHangsCanBeStopped() async throws {
        let site = try Site(Site.stubs(5))
        #expect(await site.start(["--once"]).end().status == 0)
        let other = writer(of: site)
        let program = await site.start(["--log-level", "debug"])
        #expect(await program.line(with: "starting"))
        let begin = ContinuousClock.now
        let end = await program.stop()
        #expect(end.time - begin < Self.promise + Self.margin)
        #expect(end.status == 0, "\(end.errors)")
        other.end()
    }
}
