import PrompterCore
import Testing

struct LimitsTests {
    private let now = Moment(
        wall: Timestamp(milliseconds: 1_790_000_000_000), uptime: Uptime(sinceStart: .seconds(1000)))

    private func due(_ model: String, _ provider: Provider, isExtra: Bool = false) -> Due {
        let target = Example.target(model, provider: provider)
        let slot = target.slot(at: Timestamp(milliseconds: 0))
        return Due(target: target, slot: slot, time: slot.begin, isExtra: isExtra)
    }

    @Test func theScheduleGoesBeforeWhatIsAskedBesideIt() {
        let provider = Example.provider(concurrency: 10)
        var limits = Limits(workers: 10)
        for model in ["x-1", "x-2"] { limits.enqueue(due(model, provider, isExtra: true)) }
        for model in ["m-1", "m-2"] { limits.enqueue(due(model, provider)) }
        limits.enqueue(due("x-3", provider, isExtra: true))
        #expect(limits.begin(at: now).map(\.due.target.model) == ["m-1", "m-2", "x-1", "x-2", "x-3"])
    }

    @Test func whatIsDueTakesThePlaceOfWhatWasAskedBesideIt() {
        let (provider, other) = (Example.provider(concurrency: 10), Example.provider("other"))
        var limits = Limits(workers: 10)
        for _ in 1...2 { limits.enqueue(due("m-1", provider, isExtra: true)) }
        #expect(limits.waiting == 1)
        limits.enqueue(due("m-1", provider))
        #expect(limits.waiting == 1)
        for model in ["x-1", "x-2"] { limits.enqueue(due(model, provider, isExtra: true)) }
        for model in ["o-1", "o-2"] { limits.enqueue(due(model, other, isExtra: true)) }
        limits.dropExtra { $0 == Example.target("x-2", provider: provider).id }
        let begun = limits.begin(at: now).map(\.due)
        #expect(begun.map(\.target.model) == ["m-1", "x-2"] && begun.map(\.isExtra) == [false, true])
        // Providers still take turns.
        for model in ["m-2", "m-3"] { limits.enqueue(due(model, provider)) }
        limits.enqueue(due("o-3", other))
        #expect(limits.begin(at: now).map(\.due.target.model) == ["m-2", "o-3", "m-3"])
    }

    @Test func concurrencyBoundsAProvider() {
        let provider = Example.provider(concurrency: 2)
        var limits = Limits(workers: 10)
        for index in 0..<5 { limits.enqueue(due("m-\(index)", provider)) }
        let first = limits.begin(at: now)
        #expect(first.map(\.due.target.model) == ["m-0", "m-1"])
        #expect(limits.begin(at: now).isEmpty)
        #expect(limits.waiting == 3 && !limits.hasServable(at: now.uptime))
        limits.cancel(first[0])
        #expect(limits.hasServable(at: now.uptime))
        #expect(limits.begin(at: now).map(\.due.target.model) == ["m-2"])
    }

    @Test func workersBoundAllAndNobodyStarves() {
        let (hung, well) = (Example.provider("hung"), Example.provider("well"))
        var limits = Limits(workers: 6)
        for index in 0..<100 { limits.enqueue(due("h-\(index)", hung)) }
        for index in 0..<100 { limits.enqueue(due("w-\(index)", well)) }
        let begun = limits.begin(at: now)
        #expect(begun.count == 6)
        #expect(begun.count { $0.due.target.provider.name == "well" } == 3)
        for due in begun where due.due.target.provider.name == "well" { limits.cancel(due) }
        // The hung provider takes its fourth place, all else goes to the other.
        let next = limits.begin(at: now)
        #expect(next.count == 3 && limits.inFlight == 6)
        for _ in 0..<50 {
            let well =
                limits.begin(at: now).filter { $0.due.target.provider.name == "well" }
                + next.filter { $0.due.target.provider.name == "well" }
            guard let one = well.first else { break }
            limits.cancel(one)
            #expect(limits.begin(at: now).map(\.due.target.provider.name) == ["well"])
        }
    }

    @Test func whatIsGoneIsDropped() {
        let provider = Example.provider(concurrency: 1)
        var limits = Limits(workers: 4)
        let dues = (0..<4).map { due("m-\($0)", provider) }
        for due in dues { limits.enqueue(due) }
        _ = limits.begin(at: now)
        let dropped = limits.replace(workers: 2, providers: [Example.provider(concurrency: 2)], at: now) {
            $0 == dues[3].target.id
        }
        #expect(dropped.map(\.target.model) == ["m-1", "m-2"])
        #expect(limits.begin(at: now).map(\.due.target.model) == ["m-3"])
        #expect(limits.inFlight == 2 && limits.workers == 2)
    }

    @Test func drainingLeavesNothing() {
        var limits = Limits(workers: 1)
        for index in 0..<3 { limits.enqueue(due("m-\(index)", Example.provider())) }
        #expect(limits.drain().count == 3)
        #expect(limits.begin(at: now).isEmpty && limits.waiting == 0)
        limits.enqueue(due("again", Example.provider()))
        #expect(limits.begin(at: now).count == 1)
    }
}
