import ConformanceSuites
import Foundation
import Testing

@testable import PrompterCore

/// What is told of traffic in which nothing changes, in hourly target-years, each target from its first answer on.
/// `PROMPTERD_TARGET_YEARS` sets how many of each kind are drawn; `Tests/README.md` says how to draw many.
@Suite(.serialized, .ownThread) struct StableTrafficTests {
    private static let years =
        ProcessInfo.processInfo.environment["PROMPTERD_TARGET_YEARS"].flatMap { Int($0) } ?? 3
    private static let year = 8766
    private static let signals: [Signal] = [.model, .digest, .fingerprint]

    private static let mixtures: [Traffic] =
        [.single("a")] + [0.001, 0.01, 0.03, 0.1, 0.3, 0.5].map(Traffic.pair) + (2...10).map { Traffic.equal($0) }
        + (2...10).map(Traffic.squares) + [.measured]

    /// Events of a kind in so many target-years.
    private struct Rate {
        var count = 0
        var years: Double

        var value: Double { Double(count) / years }

        /// With 95 % certainty the true rate is no higher: the chi-squared quantile by Wilson and Hilferty's cube root.
        var upperBound: Double { Self.bound(Double(count + 1), 1.6449) / years }
        /// With 95 % certainty it is no lower.
        var lowerBound: Double { count == 0 ? 0 : Self.bound(Double(count), -1.6449) / years }

        private static func bound(_ count: Double, _ normal: Double) -> Double {
            let root = 1 - 1 / (9 * count) + normal / (3 * count.squareRoot())
            return count * root * root * root
        }

        var text: String { String(format: "%.3f (<%.3f)", value, upperBound) }

        /// A draw too small to show the rate must at least not speak against it.
        func isBelow(_ wanted: Double) -> Bool { years < 400 ? lowerBound < wanted : value < wanted }
    }

    private struct Outcome {
        var replaced, later, minor, flicker: Rate
        var mostReplaced = 0
        var afterFirstDay = 0
        var confirmations = 0

        init(years: Int) {
            let none = Rate(years: Double(years))
            (replaced, later, minor, flicker) = (none, none, none, none)
        }
    }

    private func outcome<Rule: AlarmRule>(
        _ rule: Rule.Type, _ traffic: Traffic, _ signal: Signal, years: Int, perTarget: Int = 1
    ) -> Outcome {
        var outcome = Outcome(years: years)
        let offset = UInt64(Self.signals.firstIndex(of: signal)!) << 32
        for target in 0..<years {
            let simulation = Simulation<Rule>(
                traffic, slots: perTarget * Self.year, signal: signal, seed: offset + UInt64(target))
            let first = 0..<Self.year
            let replaced = simulation.told(.replaced, in: first).count
            outcome.replaced.count += replaced
            outcome.mostReplaced = max(outcome.mostReplaced, replaced)
            outcome.later.count += simulation.told(.replaced, in: Self.year..<Int.max).count
            outcome.minor.count += simulation.told(.appeared, .missing, .present, in: first).count
            if !signal.isMajor { outcome.minor.count += simulation.told(.replaced, .returned, in: first).count }
            outcome.flicker.count += simulation.told(.missing, .present, in: first).count
            outcome.afterFirstDay += simulation.told.count { $0.slot >= 24 && $0.news.kind != .retired }
            outcome.confirmations += simulation.confirmations
        }
        return outcome
    }

    private func show(_ traffic: Traffic, _ signal: Signal, _ new: String, _ old: String) {
        print("simulation: \(traffic.name), \(signal.rawValue), \(Self.years) target-years: \(new); old rule: \(old)")
    }

    @Test(arguments: mixtures, signals) func mixturesRaiseNoAlarm(_ traffic: Traffic, _ signal: Signal) async {
        let new = await onOwnThread { outcome(Evidence.self, traffic, signal, years: Self.years) }
        let old = await onOwnThread { outcome(FixedPatience.self, traffic, signal, years: Self.years) }
        show(
            traffic, signal,
            "replaced \(new.replaced.text), minor \(new.minor.text), \(new.confirmations / Self.years) confirmations",
            "replaced \(old.replaced.text), minor \(old.minor.text)")
        #expect(new.replaced.isBelow(0.05))
        #expect(new.minor.isBelow(12))
    }

    @Test(arguments: [Traffic.present(0.05), .present(0.5), .present(0.95)], signals)
    func presenceDoesNotFlicker(_ traffic: Traffic, _ signal: Signal) async {
        let new = await onOwnThread { outcome(Evidence.self, traffic, signal, years: Self.years) }
        let old = await onOwnThread { outcome(FixedPatience.self, traffic, signal, years: Self.years) }
        show(traffic, signal, "missing and present \(new.flicker.text)", old.flicker.text)
        #expect(new.flicker.isBelow(1))
    }

    /// The first turn looks like any switch; after it, turns are known.
    @Test(arguments: [Traffic.turns, .days(12), .days(8)], signals)
    func turnsAreToldOnce(_ traffic: Traffic, _ signal: Signal) async {
        let new = await onOwnThread { outcome(Evidence.self, traffic, signal, years: Self.years, perTarget: 2) }
        let old = await onOwnThread { outcome(FixedPatience.self, traffic, signal, years: Self.years, perTarget: 2) }
        show(
            traffic, signal,
            "replaced \(new.replaced.text) in the first year, at most \(new.mostReplaced); \(new.later.text) in the second",
            "\(old.replaced.text), at most \(old.mostReplaced); \(old.later.text)")
        #expect(new.mostReplaced <= 2)
        #expect(new.later.isBelow(0.05))
    }

    @Test(arguments: signals) func noiseIsSilent(_ signal: Signal) async {
        let new = await onOwnThread { outcome(Evidence.self, .noise, signal, years: Self.years) }
        let old = await onOwnThread { outcome(FixedPatience.self, .noise, signal, years: Self.years) }
        show(
            .noise, signal, "\(new.afterFirstDay) events after the first day", "\(old.afterFirstDay)")
        #expect(new.afterFirstDay == 0)
        let life = Simulation<Evidence>(.noise, slots: 40, seed: 1).rule.life
        #expect(life.confidence(model: "m") == .noisy && life.members.count <= LiveSet.most)
    }

    /// With an impatient rule the same traffic raises alarms: the tests above can fail.
    @Test func anImpatientRuleRaisesFalseAlarms() {
        var rules = LifeRules()
        rules.yearsPerFalseAlarm = 0.01
        var alarms = 0
        for seed in 1...20 as ClosedRange<UInt64> {
            let rule = Evidence(.model, rules: rules)
            alarms += Simulation(rule, .pair(0.1), slots: 2000, seed: seed).told(.replaced).count
        }
        #expect(alarms > 20)
    }
}
