import ConformanceSuites
import PrompterCore
import Testing

/// The daemon above its adapters, for a year in virtual time: 1,000 targets of ten providers, two instances that share a guard, with
/// reloads, clocks that are set, stores that fail, crashes, questions, and providers in every kind of trouble.
@Suite(.ownThread) struct VirtualYearTests {
    private func watchlist(_ count: Int) -> Watchlist {
        let targets = (0..<count).map { index in
            Target(
                provider: Provider(
                    name: "p-\(index % 10)", dialect: .openAICompatible, baseURL: "https://p-\(index % 10)",
                    concurrency: index % 10 == 2 ? 2 : 8, requestsPerMinute: index % 10 == 5 ? 30 : nil),
                model: "m-\(index)", interval: .seconds(12 * 3600), timeout: .seconds(10))
        }
        let providers = Dictionary(targets.map { ($0.provider.name, $0.provider) }) { first, _ in first }
        return Watchlist(providers: providers, watches: [], targets: targets)
    }

    private func live(days: Int, seed: UInt64) -> VirtualFleet {
        var fleet = VirtualFleet(
            instances: 2, watchlists: [watchlist(1000), watchlist(990), watchlist(700)], seed: seed)
        fleet.live(days: days)
        return fleet
    }

    @Test func aYearKeepsEveryPromise() {
        let fleet = live(days: 365, seed: 1)
        for instance in fleet.instances {
            #expect(instance.violations.isEmpty, "\(instance.violations)")
            #expect(instance.slots > 600_000)
            #expect(instance.replies > 50_000 && instance.answers > instance.replies / 2)
        }
        let probes = fleet.instances.reduce(0) { $0 + $1.probes }
        let slots = 1000 * 365 * 3
        print(
            "year: \(probes) probes of \(slots) slots, \(fleet.doubles) doubles, \(fleet.instances.map(\.slots)) \(fleet.instances.map(\.events)), \(fleet.instances.map(\.answers)) answers of \(fleet.instances.map(\.replies)) replies"
        )
        #expect(fleet.doubles == 0)
    }

    @Test func theSameSeedGivesTheSameWeek() {
        let runs = (0..<2).map { _ in live(days: 7, seed: 9) }
        #expect(runs[0].instances.map(\.probes) == runs[1].instances.map(\.probes))
        #expect(runs[0].instances.map(\.events) == runs[1].instances.map(\.events))
    }
}
