import Testing

@testable import PrompterCore

/// What is counted by model is bounded, however many models there are.
struct ProbeMetricsTests {
    private let provider = Provider(name: "p", dialect: .openAI, isStub: true)

    private func watchlist(_ models: Range<Int>) -> Watchlist {
        let targets = models.map { Target(provider: provider, model: "m-\($0)") }
        return Watchlist(providers: ["p": provider], targets: targets)
    }

    @Test func modelsBeyondTheLimitAreCountedTogether() throws {
        let most = ProbeMetrics.mostModels
        let watchlist = watchlist(0..<most + 2)
        var metrics = ProbeMetrics()
        metrics.replace(with: watchlist)
        for target in watchlist.targets { metrics.attempted(target) }
        metrics.ended(watchlist.targets[most], .timeout, fingerprint: nil, after: .zero)
        metrics.ended(watchlist.targets[most + 1], nil, fingerprint: "f", after: .zero)
        #expect(metrics.models.count == most + 1)
        let others = try #require(metrics.models[.init(provider: "p", model: "other")])
        #expect(others.attempts == 2 && others.failures == 1 && others.fingerprints == 1)
        #expect(metrics.models[.init(watchlist.targets[most - 1])]?.attempts == 1)
    }

    /// A reload goes on with what was counted; the last of the limit's places go to whoever comes first.
    @Test func aReloadKeepsTheCounts() {
        let most = ProbeMetrics.mostModels
        var metrics = ProbeMetrics()
        metrics.replace(with: watchlist(0..<most + 1))
        metrics.attempted(Target(provider: provider, model: "m-0"))
        metrics.attempted(Target(provider: provider, model: "m-\(most)"))
        metrics.replace(with: watchlist(0..<most + 2))
        #expect(metrics.models[.init(provider: "p", model: "m-0")]?.attempts == 1)
        #expect(metrics.models[.init(provider: "p", model: "other")]?.attempts == 1)
    }

    /// Whoever asks makes the names up.
    @Test func modelsThatNoListHasAddNoMore() {
        let most = ProbeMetrics.mostModels
        var metrics = ProbeMetrics()
        metrics.replace(with: watchlist(0..<1))
        for index in 0..<most + 50 {
            for _ in 1...2 { metrics.asked(Target(provider: provider, model: "asked-\(index)")) }
        }
        #expect(metrics.models.count == most + 1)
        // The next list makes room.
        metrics.replace(with: watchlist(0..<1))
        metrics.asked(Target(provider: provider, model: "asked-0"))
        #expect(metrics.models.count == 2)
    }
}
