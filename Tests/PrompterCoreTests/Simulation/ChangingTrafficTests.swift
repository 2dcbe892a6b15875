import ConformanceSuites
import Foundation
import Testing

@testable import PrompterCore

/// What is told of traffic that changes, and how soon. `PROMPTERD_TARGET_YEARS` sets how many targets are drawn of each kind.
@Suite(.serialized, .ownThread) struct ChangingTrafficTests {
    private static let seeds =
        ProcessInfo.processInfo.environment["PROMPTERD_TARGET_YEARS"].flatMap { UInt64($0) } ?? 30
    private static let majors: [Signal] = [.model, .digest]

    private struct Outcome {
        /// Answers from the change to the alarm, sorted, and seeds without one, with more, or with one before the change.
        var delays: [Int] = []
        var untold = 0
        var repeated = 0
        var early = 0
        /// Seeds whose last alarm is not of the value that serves in the end.
        var misled = 0

        var median: Int { delays.isEmpty ? .max : delays[delays.count / 2] }

        var text: String {
            "untold \(untold), twice \(repeated), early \(early), after \(delays.first ?? 0) to \(delays.last ?? 0), median \(median)"
        }
    }

    private func outcome<Rule: AlarmRule>(
        _ rule: Rule.Type, _ traffic: Traffic, _ signal: Signal, change: Int, slots: Int, last: String? = nil
    ) -> Outcome {
        var outcome = Outcome()
        for seed in 1...Self.seeds {
            let simulation = Simulation<Rule>(traffic, slots: slots, signal: signal, seed: seed, change: change)
            let alarms = simulation.told(.replaced, in: change..<Int.max)
            if let first = alarms.first { outcome.delays.append(first.answers) } else { outcome.untold += 1 }
            if alarms.count > 1 { outcome.repeated += 1 }
            let all = simulation.told(.replaced, .returned)
            if all.contains(where: { $0.slot < change }) { outcome.early += 1 }
            if let last, all.last?.news.value != last { outcome.misled += 1 }
        }
        outcome.delays.sort()
        return outcome
    }

    private func compare(
        _ traffic: Traffic, _ signal: Signal, change: Int, slots: Int, last: String? = nil
    ) async -> Outcome {
        let (new, old) = await onOwnThread {
            (
                outcome(Evidence.self, traffic, signal, change: change, slots: slots, last: last),
                outcome(FixedPatience.self, traffic, signal, change: change, slots: slots, last: last)
            )
        }
        print(
            "simulation: \(traffic.name), \(signal.rawValue), \(Self.seeds) seeds: \(new.text); old rule: \(old.text)")
        return new
    }

    @Test(arguments: [(25, 4), (200, 3), (1000, 2)], majors)
    func aFullSwitchIsToldAtOnce(_ history: (answers: Int, wanted: Int), _ signal: Signal) async {
        let traffic = Traffic.stretches(
            "full switch after \(history.answers)", [(.single("a"), history.answers), (.single("b"), 1)])
        let new = await compare(traffic, signal, change: history.answers, slots: history.answers + 60)
        #expect(new.untold == 0 && new.repeated == 0 && new.early == 0)
        #expect(new.median <= history.wanted)
    }

    @Test(arguments: [(1, 1), (1, 6), (6, 1), (6, 6), (3, 10), (10, 10)])
    func aSwitchOfFingerprintsIsToldInTime(_ old: Int, _ new: Int) async {
        let traffic = Traffic.stretches(
            "\(old) fingerprints become \(new) others",
            [(.equal(old, prefix: "a"), 200), (.equal(new, prefix: "b"), 1)])
        let outcome = await compare(traffic, .fingerprint, change: 200, slots: 300)
        #expect(outcome.untold == 0 && outcome.early <= Int(Self.seeds) / 50)
        #expect(outcome.delays.last ?? .max <= 30)
    }

    /// The end of a canary is one alarm, also where an early one was told by mistake, or there was nothing before it.
    @Test(arguments: [0.01, 0.1, 0.3], [0, 25, 200, 1000])
    func theEndOfACanaryIsToldOnce(_ share: Double, _ history: Int) async {
        for signal in [Signal.model, .digest, .fingerprint] {
            let new = await compare(
                .canary(share, history: history), signal, change: history + 300, slots: history + 400, last: "b")
            #expect(new.untold == 0 && new.repeated == 0 && new.misled == 0)
            // Of a draw too small to show 4 %, not more than one above what it expects.
            if share == 0.01 { #expect(new.early <= max(Int(Self.seeds) / 25, 3)) }
        }
    }

    @Test(arguments: [0, 50, 200]) func aSlowRollOutIsTold(_ history: Int) async {
        for signal in [Signal.model, .digest, .fingerprint] {
            let new = await compare(
                .rollOut(history: history), signal, change: history, slots: history + 820, last: "b")
            #expect(new.untold == 0 && new.misled == 0)
        }
    }

    @Test(arguments: [3, 5, 8, 10, 15, 19], [8, 10, 20])
    func aSwitchInTheBeginningAndBackIsToldTwice(_ first: Int, _ second: Int) {
        let traffic = Traffic.stretches(
            "there and back", [(.single("a"), first), (.single("b"), second), (.single("a"), 1)])
        for signal in [Signal.model, .digest, .fingerprint] {
            let simulation = Simulation<Evidence>(traffic, slots: 80, signal: signal, seed: 1)
            let told = simulation.told(.replaced, .returned).map(\.news)
            #expect(told == [AlarmNews(.replaced, "b"), AlarmNews(.returned, "a")])
        }
    }

    @Test func frequentChangesAreToldEach() {
        let digests = Simulation<Evidence>(.steps(of: 10), slots: 210, signal: .digest, seed: 1)
        #expect(digests.told(.replaced).map(\.slot).map { $0 / 10 } == Array(1...20))
        let weekly = Simulation<Evidence>(
            .steps(of: 7), slots: 147, signal: .model, seed: 1, interval: .seconds(86_400))
        #expect(weekly.told(.replaced).map(\.slot).map { $0 / 7 } == Array(1...20))
    }

    /// A rollback is two events, however soon it comes, and what follows is none.
    @Test(arguments: [10, 30, 60, 500], [8, 20, 50]) func afterARollbackAllIsQuiet(_ history: Int, _ interlude: Int) {
        let traffic = Traffic.stretches(
            "rolled back", [(.single("a"), history), (.single("b"), interlude), (.single("a"), 1)])
        let simulation = Simulation<Evidence>(traffic, slots: history + interlude + 400, seed: 1)
        let told = simulation.told(.replaced, .returned, .retired).map(\.news)
        #expect(told == [AlarmNews(.replaced, "b"), AlarmNews(.returned, "a")])
        #expect(simulation.rule.life.members.map(\.value) == ["a"])
    }

    /// Of a set that is back each value is settled again, also those that come later.
    @Test func aSetThatIsBackIsSettledAsAWhole() {
        let values = ["a", "b", "c"].map { (value: $0, weight: 1.0) }
        let traffic = Traffic.stretches(
            "a set that is back",
            [(.mixture("three", values), 100), (.single("x"), 120), (.mixture("three", values), 1)])
        let simulation = Simulation<Evidence>(traffic, slots: 500, signal: .fingerprint, seed: 3)
        #expect(simulation.told(.replaced, .returned).map(\.news.kind) == [.replaced, .returned])
    }

    @Test(arguments: [(20, 5, 3), (30, 5, 10), (30, 50, 30), (60, 20, 10), (200, 50, 10), (500, 50, 50)])
    func whatIsDeployedAgainIsTold(_ history: Int, _ first: Int, _ back: Int) {
        let traffic = Traffic.stretches(
            "deployed again",
            [(.single("a"), history), (.single("b"), first), (.single("a"), back), (.single("b"), 1)])
        let change = history + first + back
        let simulation = Simulation<Evidence>(traffic, slots: change + 700, seed: 1, change: change)
        let last = simulation.told(.replaced, .returned).last
        #expect(last?.news == AlarmNews(.replaced, "b") && last?.answers ?? .max <= 600)
    }

    /// What took turns once must be missed for longer, but not for ever.
    @Test func whatWasRolledBackIsToldWhenItComesForGood() {
        let traffic = Traffic.stretches(
            "rolled back", [(.single("a"), 500), (.single("b"), 24), (.single("a"), 300), (.single("b"), 1)])
        let told = Simulation<Evidence>(traffic, slots: 1100, seed: 1).told(.replaced, .returned).map(\.news)
        #expect(told == [AlarmNews(.replaced, "b"), AlarmNews(.returned, "a"), AlarmNews(.replaced, "b")])
    }

    /// That two values take turns says nothing of a third.
    @Test func aNewValueIsToldAfterTurns() {
        let traffic = Traffic.stretches(
            "a third", [(.single("a"), 500), (.single("b"), 500), (.single("a"), 500), (.single("c"), 1)])
        let simulation = Simulation<Evidence>(traffic, slots: 1600, seed: 1, change: 1500)
        let told = simulation.told(.replaced).last
        #expect(told?.news.value == "c" && told?.answers ?? .max <= 4)
    }
}
