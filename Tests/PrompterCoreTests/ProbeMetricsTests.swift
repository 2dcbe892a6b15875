import Testing

@testable import PrompterCore

struct ProbeMetricsTests {
    @Test func modelsThatNoListHasGetOnlySoManySeries() {
        let watched = Example.target("watched")
        let list = Watchlist(providers: ["openai": watched.provider], watches: [], targets: [watched])
        var metrics = ProbeMetrics()
        metrics.replace(with: list)
        for number in 0..<ProbeMetrics.mostAskedModels + 10 {
            metrics.asked(watched)
            for _ in 1...2 { metrics.asked(Example.target("m-\(number)")) }
        }
        #expect(metrics.models.count == 1 + ProbeMetrics.mostAskedModels)
        // The next list makes room.
        metrics.replace(with: list)
        metrics.asked(Example.target("m-0"))
        #expect(metrics.models.count == 2)
    }
}
