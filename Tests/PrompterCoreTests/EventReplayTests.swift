import ConformanceSuites
import Testing

@testable import PrompterCore

/// The events are the story of the sets: whoever has the baseline's and replays them has today's.
struct EventReplayTests {
    @Test(arguments: [Traffic.rolling, .canary, .vanishing, .fullSwitch, .slowRollOut, .thereAndBack])
    func givesTheSetsOfTheStore(_ traffic: Traffic) {
        var wrong: [UInt64] = []
        for seed in 1...150 as ClosedRange<UInt64> {
            var random = SeededGenerator(seed: seed)
            let values = traffic.values(count: 500, using: &random)
            let simulation = Simulation(values)
            var set = Set(values.prefix(LifeRules().baseline))
            for (_, change) in simulation.changes {
                switch change.kind {
                case .appeared, .returned: set.insert(change.value)
                case .retired: set.remove(change.value)
                case .replaced: set.subtract(change.previous)
                default: break
                }
            }
            if set != Set(simulation.life.members.map(\.value)) { wrong.append(seed) }
        }
        #expect(wrong == [])
    }
}
