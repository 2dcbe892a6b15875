import ConformanceSuites
import PrompterCore
import Testing

/// What holds whatever fails, for 1,000 slots of each of six targets.
@Suite(.ownThread) struct StandOffSimulationTests {
    private static let interval: Duration = .seconds(20)
    private static let step: Duration = .seconds(1)

    private struct World {
        var limits = Limits(workers: 10)
        var now = Moment(wall: Timestamp(milliseconds: 1_790_000_000_000), uptime: Uptime(sinceStart: .seconds(1000)))
        var waiting: [(due: Due, until: Uptime)] = []
        var flights: [ProbeTurn] = []
        var lastCall: [TargetID: Uptime] = [:]
        var longestGap: [TargetID: Duration] = [:]

        /// Passes one step: calls end as `answer` says, and what may begin does.
        mutating func pass(_ answer: (Target) -> ProbeFailure?) {
            now = now.advanced(by: step)
            for begun in flights { _ = limits.end(begun, answer(begun.due.target), at: now) }
            flights = []
            for (due, until) in waiting where until <= now.uptime { limits.enqueue(due) }
            waiting.removeAll { $0.until <= now.uptime }
            for begun in limits.begin(at: now) {
                if let limit = begun.limit {
                    waiting.append((begun.due, min(limit.until, now.uptime + interval / 4)))
                    // Nobody named a time, so no pause is longer than the longest.
                    #expect(limit.until - now.uptime <= .seconds(600))
                } else {
                    flights.append(begun)
                    let id = begun.due.target.id
                    let gap = now.uptime - (lastCall[id] ?? now.uptime)
                    longestGap[id] = max(longestGap[id] ?? .zero, gap)
                    lastCall[id] = now.uptime
                }
            }
            #expect(flights.count { $0.isTrial } <= 1)
        }
    }

    @Test(arguments: 0..<10 as Range<UInt64>)
    func oneTrialAtATimeAndWhoIsWellIsNeverSilent(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var world = World()
        let provider = Example.provider()
        let targets = (0..<6).map { Example.target("m-\($0)", provider: provider, interval: Self.interval) }
        _ = world.limits.replace(workers: 10, providers: [provider], at: world.now) { _ in true }
        let classes: [FailureClass] = [.timeout, .connection, .serverError, .rateLimited]
        // How each of the others fails now, for a while.
        var troubles: [TargetID: FailureClass] = [:]
        for slot in 0..<1000 {
            for target in targets where !world.waiting.contains(where: { $0.due.target == target }) {
                world.limits.enqueue(Due(target: target, slot: target.slot(at: world.now.wall), time: world.now.wall))
            }
            if slot.isMultiple(of: 10) {
                let common = classes.randomElement(using: &random)!
                for target in targets.dropFirst() {
                    troubles[target.id] =
                        [common, common, nil, classes.randomElement(using: &random)!].randomElement(using: &random)!
                }
            }
            for _ in 0..<20 {
                world.pass { target in troubles[target.id].map { ProbeFailure($0, "no") } }
            }
        }
        let others = Duration.seconds(5 * 30)
        #expect(world.longestGap[targets[0].id] ?? .zero <= Self.interval * 2 + others, "\(world.longestGap)")
        #expect(world.lastCall.count == 6)
    }
}
