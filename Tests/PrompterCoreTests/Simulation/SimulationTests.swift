import ConformanceSuites
import Foundation
import Testing

@testable import PrompterCore

/// What is told of traffic whose truth is known, over thousands of seeds. `PROMPTERD_SIMULATIONS` sets their number.
struct SimulationTests {
    private static let seeds =
        ProcessInfo.processInfo.environment["PROMPTERD_SIMULATIONS"].flatMap { UInt64($0) } ?? 500
    private static let probes = 600
    private let rules = LifeRules()

    /// False alarms a target-year of hourly probes; the naive rule's stand beside them.
    @Test(arguments: Traffic.allCases.filter(\.isStable))
    func stableTrafficRaisesNoAlarm(_ traffic: Traffic) {
        var alarms = 0
        var naive = 0
        var probes = 0
        for seed in 1...Self.seeds {
            var random = SeededGenerator(seed: seed)
            let values = traffic.values(count: Self.probes, using: &random)
            let simulation = Simulation(values, rules: rules)
            alarms += simulation.probes(of: .replaced).count
            naive += simulation.naive
            probes += values.count
        }
        let years = Double(probes) / 8760
        print(
            "simulation: \(traffic.rawValue): \(Self.seeds) seeds, \(Int(years)) target-years,",
            "\(Double(alarms) / years) false replaced a year; differs from the last: \(Int(Double(naive) / years))")
        #expect(Double(alarms) / years < 0.05)
    }

    /// One alarm, never later than the rule says. It may be earlier by the last answers before the switch, where those showed
    /// a value that was not settled.
    @Test func aFullSwitchIsToldInTime() {
        var naive = 0
        var delays: [Int] = []
        var wrong: [UInt64] = []
        for seed in 1...Self.seeds {
            var random = SeededGenerator(seed: seed)
            let simulation = Simulation(Traffic.fullSwitch.values(count: 400, using: &random), rules: rules)
            let told = simulation.probes(of: .replaced).map { $0 - Traffic.change + 1 }
            if told.count != 1 || told[0] > rules.replaceAfter { wrong.append(seed) }
            delays += told
            naive += simulation.naive
        }
        delays.sort()
        print(
            "simulation: full switch: \(Self.seeds) seeds, told after \(delays[0]) to \(delays[delays.count - 1]) probes,",
            "median \(delays[delays.count / 2]); differs from the last: \(naive) times")
        #expect(wrong == [])
        #expect(delays[delays.count / 2] == rules.replaceAfter)
    }

    /// One alarm, however slowly the new value takes over.
    @Test func aSlowRollOutIsToldOnce() {
        var told: [Int: Int] = [:]
        var appeared: Set<Int> = []
        for seed in 1...Self.seeds {
            var random = SeededGenerator(seed: seed)
            let simulation = Simulation(Traffic.slowRollOut.values(count: 1000, using: &random), rules: rules)
            appeared.insert(simulation.probes(of: .appeared).count)
            told[simulation.probes(of: .replaced).count, default: 0] += 1
        }
        print("simulation: slow roll-out: seeds by number of replaced: \(told.sorted { $0.key < $1.key })")
        #expect(told == [1: Int(Self.seeds)] && appeared == [1])
    }

    @Test func thereAndBackIsToldBothTimes() {
        var wrong: [UInt64] = []
        for seed in 1...Self.seeds {
            var random = SeededGenerator(seed: seed)
            let simulation = Simulation(Traffic.thereAndBack.values(count: Self.probes, using: &random), rules: rules)
            let isSettledBack = simulation.life.members.contains { $0.value == "a" && $0.isSettled }
            let first = simulation.probes(of: .replaced).first
            if first != Traffic.change + rules.replaceAfter - 1 || simulation.probes(of: .returned).count != 1
                || !isSettledBack
            {
                wrong.append(seed)
            }
        }
        #expect(wrong == [])
    }

    /// A canary of share q is seen within n probes with probability 1−(1−q)^n.
    @Test(arguments: [(0.05, 59), (0.1, 22), (0.2, 10)]) func aCanaryIsSeenAsSoonAsItCanBe(
        _ share: Double, _ probes: Int
    ) {
        var seen = 0
        let seeds = max(Self.seeds, 4000)
        for seed in 1...seeds {
            var random = SeededGenerator(seed: seed)
            let values = (0..<rules.baseline + probes).map {
                $0 >= rules.baseline && Double.random(in: 0..<1, using: &random) < share ? "b" : "a"
            }
            if !Simulation(values, rules: rules).probes(of: .appeared).isEmpty { seen += 1 }
        }
        let expected = 1 - pow(1 - share, Double(probes))
        let found = Double(seen) / Double(seeds)
        print("simulation: canary of \(share): seen within \(probes) probes in \(found), expected \(expected)")
        #expect(abs(found - expected) < 0.01)
    }

    @Test func whatVanishesIsRetiredAndNoAlarm() {
        var retired = 0
        for seed in 1...Self.seeds {
            var random = SeededGenerator(seed: seed)
            let simulation = Simulation(Traffic.vanishing.values(count: 600, using: &random), rules: rules)
            if simulation.probes(of: .retired).contains(where: { $0 >= Traffic.change }) {
                retired += 1
            }
        }
        // One that the baseline did not show, or whose share is so small that it was retired before, is not retired then.
        #expect(Double(retired) / Double(Self.seeds) > 0.9)
    }

    @Test func noiseIsCalledNoise() {
        for seed in 1...100 as ClosedRange<UInt64> {
            var random = SeededGenerator(seed: seed)
            let life = Simulation(Traffic.noise.values(count: 40, using: &random)).life
            #expect(life.confidence(model: "m") == .noisy)
            for traffic in [Traffic.single, .rolling, .canary, .fullSwitch] {
                let life = Simulation(traffic.values(count: 400, using: &random)).life
                #expect(life.confidence(model: "m") == .proven, "\(traffic) \(seed)")
            }
        }
    }

    /// With an impatient rule the same traffic raises alarms: the tests above can fail.
    @Test func anImpatientRuleRaisesFalseAlarms() {
        var impatient = rules
        impatient.replaceAfter = 3
        var alarms: [Traffic: Int] = [:]
        for seed in 1...200 as ClosedRange<UInt64> {
            for traffic in [Traffic.rolling, .measured] {
                var random = SeededGenerator(seed: seed)
                let values = traffic.values(count: Self.probes, using: &random)
                alarms[traffic, default: 0] += Simulation(values, rules: impatient).probes(of: .replaced).count
            }
        }
        #expect(alarms[.rolling]! > 0 && alarms[.measured]! > 0)
    }
}
