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
        #expect([0, 74].contains(end.status), "\(end.errors)")
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
