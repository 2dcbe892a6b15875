import PrompterCore
import Testing

/// What the scheduler's log lines carry beside their texts.
struct LogLineTests {
    private let target = Example.target("m")

    private func watch(_ template: String, org: String = "o", expecting patterns: [String]? = nil) -> Watch {
        let key = Watch.Key(org: org, workspace: "w", template: template, provider: "openai", model: "m")
        return Watch(key: key, target: target, expectation: patterns.map { Expectation($0) })
    }

    private func rig(_ watches: [Watch], standOffs: [StandOff.Kept] = []) -> QuestionRig {
        let list = Watchlist(providers: ["openai": target.provider], watches: watches, targets: [target])
        var rig = QuestionRig()
        rig.ledger.register(list)
        rig.handle(.watchlist(ScheduledWatchlist(list, standOffs: standOffs, spread: .zero)))
        rig.handle(.tick)
        return rig
    }

    @Test func namesTheTemplatesOfItsTarget() {
        var rig = rig([watch("b"), watch("a"), watch("b", org: "other")])
        rig.admit()
        rig.end(ProbeFailure(.timeout, "slow"))
        #expect(rig.lines.map(\.kind) == [.failure(.timeout)])
        let subject = rig.lines.first?.subject
        #expect(subject?.provider == "openai" && subject?.model == "m" && subject?.outcome == "timeout")
        #expect(subject?.templates == ["b", "a"])
    }

    @Test func namesABoundedNumberOfTemplates() {
        var rig = rig((0..<100).map { watch("t-\($0)") })
        rig.admit()
        rig.end(ProbeFailure(.timeout, "slow"))
        #expect(rig.lines.map(\.subject?.templates) == [(0..<32).map { "t-\($0)" }])
    }

    /// What one watch does not expect is no matter of the others.
    @Test func namesTheOneWatchThatDoesNotExpectIt() {
        var rig = rig([watch("any"), watch("pinned", expecting: ["m-0"])])
        rig.settle()
        #expect(rig.lines.map(\.kind) == [.event(.first), .event(.unexpected)])
        #expect(rig.lines.map(\.subject?.templates) == [["any", "pinned"], ["pinned"]])
    }

    @Test func aWholeProvidersNamesNoModel() {
        let end = QuestionRig().now.wall + .seconds(7200)
        let rig = rig(
            [watch("t")],
            standOffs: [StandOff.Kept(scope: .provider("openai"), cause: .quota, end: end, repetitions: 1)])
        #expect(rig.lines.map(\.kind) == [.condition(.providerPaused)])
        #expect(rig.lines.map(\.subject) == [LogLine.Subject(provider: "openai", outcome: "quota")])
    }
}
