import Testing

@testable import PrompterCore

/// One signal's life, success by success.
struct SignalLifeTests {
    private let rules = LifeRules()

    @Test func theBaselineRaisesNothing() {
        let values = (0..<rules.baseline).map { "v\($0 % 4)" }
        let simulation = Simulation(values)
        #expect(simulation.changes.isEmpty)
        #expect(simulation.life.members.map(\.value) == ["v0", "v1", "v2", "v3"])
        #expect(simulation.life.members.map(\.isSettled) == [true, true, true, true])
    }

    @Test func aModelIsReplacedByTheSecondOfAnother() {
        let values = Array(repeating: "a", count: 25) + ["b", "a", "b", "b"]
        let simulation = Simulation(values, signal: .model)
        #expect(simulation.changes.map(\.change.kind) == [.appeared, .replaced])
        #expect(simulation.changes.map(\.probe) == [25, 28])
        let replaced = simulation.changes[1].change
        #expect(replaced.value == "b" && replaced.previous == ["a"])
        #expect(replaced.evidence.map(\.value) == ["a", "b", "b"])
    }

    /// Two snapshots that serve by turns for a while are one change, not one a turn.
    @Test func twoModelsByTurnsAreToldOnce() {
        let turns = (0..<40).map { ["b", "b", "a", "a", "b"][$0 % 5] }
        let simulation = Simulation(Array(repeating: "a", count: 25) + turns, signal: .model)
        #expect(simulation.changes.map(\.change.kind) == [.appeared, .replaced, .returned])
        #expect(simulation.life.members.filter(\.isSettled).map(\.value) == ["b", "a"])
    }

    @Test func whatReturnsIsNoNewVersion() {
        let values =
            Array(repeating: "a", count: 25) + ["b"] + Array(repeating: "a", count: 60) + ["b"]
            + Array(repeating: "a", count: 3)
        let simulation = Simulation(values)
        #expect(simulation.changes.map(\.change.kind) == [.appeared, .retired, .returned])
    }

    /// Many misses in a short time retire nothing: a burst of probes is no day.
    @Test func aMemberIsRetiredByMissesAndAge() {
        let values = Array(repeating: "a", count: 25) + ["b"] + Array(repeating: "a", count: 100)
        #expect(Simulation(values, interval: .seconds(60)).probes(of: .retired) == [])
        #expect(Simulation(values, interval: .seconds(3600)).probes(of: .retired) == [25 + rules.retireAfter])
        #expect(Simulation(values, interval: .seconds(7200)).probes(of: .retired) == [25 + rules.retireAfter])
    }

    @Test func aSignalThatCeasesIsMissingAndComesBack() {
        let values: [String?] =
            Array(repeating: "a", count: 25) + Array(repeating: nil, count: rules.replaceAfter) + [nil, "a"]
        let simulation = Simulation(values)
        #expect(simulation.changes.map(\.change.kind) == [.missing, .present])
        #expect(simulation.probes(of: .missing) == [25 + rules.replaceAfter - 1])
        // What is silent says nothing of who is gone.
        #expect(simulation.life.members.map(\.value) == ["a"])
    }

    @Test func aSignalThatComesLateIsPresentAndHasABaselineOfItsOwn() {
        let values: [String?] = Array(repeating: nil, count: 25) + (0..<rules.baseline).map { "v\($0 % 3)" }
        #expect(Simulation(values).changes.map(\.change.kind) == [.present])
    }

    @Test func aNoisySignalRaisesNothing() {
        let simulation = Simulation((0..<200).map { "v\($0)" })
        #expect(simulation.changes.isEmpty && simulation.life.isNoisy)
        #expect(simulation.life.members.count <= SignalLife.mostMembers)
    }

    @Test func confidenceSaysWhatASignalIsWorth() {
        func confidence(_ signal: Signal, _ values: [String?], model: String) -> Confidence {
            Simulation(values, signal: signal).life.confidence(model: model)
        }
        let pinned = Array(repeating: "gpt-4o-2024-08-06" as String?, count: 25)
        #expect(confidence(.model, pinned, model: "gpt-4o") == .proven)
        #expect(confidence(.model, pinned, model: "gpt-4o-2024-08-06") == .proven)
        #expect(confidence(.model, Array(repeating: "sonnet-5", count: 25), model: "sonnet-5") == .echo)
        #expect(confidence(.fingerprint, Array(repeating: nil, count: 25), model: "m") == .absent)
        #expect(confidence(.fingerprint, ["f"] + Array(repeating: nil, count: 25), model: "m") == .absent)
        #expect(confidence(.fingerprint, (0..<25).map { "f\($0)" }, model: "m") == .noisy)
    }

    @Test(arguments: [
        "gpt-4o-2024-08-06", "claude-sonnet-4-5-20250929", "gemini-2.5-pro-preview-03-25", "gpt-4-0613",
        "gemini-2.0-flash-001", "mistral-large-2411",
    ]) func snapshotsAreTold(_ name: String) {
        #expect(Confidence.isSnapshot(name))
    }

    @Test(arguments: ["gpt-4o", "claude-sonnet-4-5", "gemini-flash-latest", "llama-3-70b", "grok-4", "2024", ""])
    func aliasesAreNoSnapshots(_ name: String) {
        #expect(!Confidence.isSnapshot(name))
    }
}
