import Dispatch
import Foundation
import GRDB
import OutsideParts
import Testing

/// What a daemon does that was stopped for longer than its leases last, and goes on: a frozen container, a laptop's lid.
struct PauseTests {
    /// The value of the only slot that Redis knows of.
    private func slotValue(_ redis: RedisServer) throws -> String? {
        try redis.ask("EVAL", "return redis.call('GET', redis.call('KEYS', 'prompterd:1:*')[1])", "0").text
    }

    @Test func aWinnerThatComesLateRecordsAndOverwritesNothing() async throws {
        let redis = try await RedisServer()
        let isStopped = DispatchSemaphore(value: 0)
        let provider = try FakeProvider { request in
            // On the connection's own thread.
            if request.number == 1 { isStopped.wait() }
            return .completion(model: "m-real", fingerprint: "fp-\(request.number)")
        }
        try provider.start()
        defer { provider.stop() }
        // A slot in which the test surely ends.
        let watchlist = Site.live(1, at: provider.baseURL, interval: "365d")
        let (late, other) = (try Site(watchlist), try Site(watchlist))
        let environment = ["REDIS_URL": redis.url]

        let winner = await late.start(["--once"], environment: environment)
        #expect(await provider.request(1) != nil)
        winner.pause()
        isStopped.signal()
        // It waits for the lease to run out, and takes over.
        let second = await other.start(["--once"], environment: environment).end()
        #expect(second.status == 0, "\(second.errors)")
        #expect(try other.rows("SELECT fingerprint FROM versions").map { $0[0] as String } == ["fp-2"])
        let published = try slotValue(redis)
        #expect(published?.contains("fp-2") == true)

        winner.send(SIGCONT)
        let end = await winner.end()
        // What it finds first decides: the answer that lies in its socket, or that the time is over.
        let fingerprints = try late.rows("SELECT fingerprint FROM versions").map { $0[0] as String }
        let failures = try late.rows("SELECT failure_class FROM targets").map { $0[0] as String? }
        if end.status == 0 {
            #expect(fingerprints == ["fp-1"] && failures == [nil], "\(end.errors)")
        } else {
            #expect(end.status == 1 && fingerprints.isEmpty && failures == ["timeout"], "\(end.errors)")
        }
        #expect(try slotValue(redis) == published)
        // The slot is known now, by the store or by Redis: nobody is called again.
        #expect(await late.start(["--once"], environment: environment).end().status == 0)
        #expect(try late.number("SELECT count(*) FROM observations") == 1)
        #expect(provider.requests.count == 2)
        await redis.stop()
    }

    @Test func slotsThatPassedMeanwhileAreMissedAndNotMadeUpFor() async throws {
        let provider = try FakeProvider { .completion(model: "m-real", fingerprint: "fp-\($0.number % 2)") }
        try provider.start()
        defer { provider.stop() }
        let site = try Site(Site.live(10, at: provider.baseURL, interval: "1s", concurrency: 10))
        let program = await site.start(environment: ["PROMPTERD_LOG_LEVEL": "debug"])
        #expect(await program.line(with: "first seen as", count: 10))
        program.pause()
        // Longer than a lease, which is the probe's timeout and 5 s: here the time is the point.
        try await Task.sleep(for: .seconds(7))
        let before = provider.requests.count
        program.send(SIGCONT)
        #expect(await provider.request(before + 20) != nil)
        let end = await program.stop()
        #expect(end.status == 0, "\(end.errors)")

        let slots = try site.rows(
            "SELECT max(slot) - min(slot) + 1, count(*), count(DISTINCT slot) FROM observations GROUP BY target_id")
        #expect(slots.count == 10)
        var gaps = 0
        for row in slots {
            let (width, observations, distinct) = (row[0] as Int, row[1] as Int, row[2] as Int)
            #expect(observations == distinct)
            #expect(width - observations >= 5, "the pause alone covers that many")
            gaps += width - observations
        }
        let shown = try site.exposition()
        func sum(_ name: String) -> Int {
            Int(shown.samples.filter { $0.name == name }.reduce(0) { $0 + $1.value })
        }
        // On a busy machine a probe may fail, and slots be skipped for that.
        let failures = sum("prompter_probe_failures_total")
        let (missed, skipped) = (sum("prompter_slots_missed_total"), sum("prompter_probe_skipped_total"))
        #expect(
            missed + failures + skipped >= gaps,
            "\(missed) missed, \(failures) failed, \(skipped) skipped, \(gaps) gaps; \(end.errors)")
        // Each call is one slot's: no slot was made up for.
        #expect(provider.requests.count <= (try site.number("SELECT count(*) FROM observations")) + failures)
    }
}
