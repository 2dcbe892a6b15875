import PrompterCore
import Testing

/// Questions about a provider whose rate does not even suffice for the schedule.
struct SaturatedQuestionTests {
    private let targets = (0..<30).map { number in
        Example.target(
            "m-\(number)", provider: Example.provider(concurrency: 30, requestsPerMinute: 60), interval: .seconds(20))
    }
    private var asked: Target { targets[0] }

    /// A rig in which `asked` has just been refused in its slot, so that a question would have it called beside the schedule.
    private func rigAfterRefusal() -> QuestionRig {
        var rig = QuestionRig()
        rig.watch(targets)
        while calls(of: asked, in: rig) < 2 { step(&rig, refusing: asked.id) }
        return rig
    }

    private func step(_ rig: inout QuestionRig, refusing refused: TargetID? = nil) {
        rig.pass(.milliseconds(100))
        while let call = rig.calls.first {
            rig.end(call.target.id == refused ? ProbeFailure(.invalidRequest, "400") : nil)
            rig.commit()
        }
    }

    private func run(_ rig: inout QuestionRig, seconds: Int) {
        for _ in 0..<seconds * 10 { step(&rig) }
    }

    private func calls(of target: Target, in rig: QuestionRig) -> Int {
        rig.made.count { $0.target.id == target.id }
    }

    @Test func aWatchThatIsAskedForKeepsItsSchedule() {
        var rig = rigAfterRefusal()
        let id = rig.ask(asked, within: .seconds(5))
        let before = calls(of: asked, in: rig)
        run(&rig, seconds: 6)
        guard case .limited = rig.notMade(id) else {
            Issue.record("\(String(describing: rig.replies[id]))")
            return
        }
        run(&rig, seconds: 294)
        // As many as any other has: one a second for 30 targets.
        #expect((9...11).contains(calls(of: asked, in: rig) - before))
        #expect(rig.overlaps == 0)
    }

    /// Whoever asks on and on takes nothing from the others, and is answered by the schedule's own probe.
    @Test func askingAgainAndAgainTakesNothingFromTheSchedule() {
        var rig = rigAfterRefusal()
        let before = rig.made.count
        var ids: [UInt64] = []
        for _ in 0..<20 {
            ids.append(rig.ask(asked, within: .seconds(15)))
            run(&rig, seconds: 15)
        }
        #expect(ids.contains { rig.answer($0)?.source == .probed })
        for target in targets {
            let count = rig.made[before...].count { $0.target.id == target.id }
            #expect((9...11).contains(count), "\(target.model): \(count)")
        }
    }

    @Test func whoIsWatchedWhileAskedAboutHasASchedule() {
        let guest = Example.target("guest", provider: asked.provider, interval: .seconds(20))
        var rig = rigAfterRefusal()
        rig.ask(guest, within: .seconds(600))
        run(&rig, seconds: 5)
        #expect(calls(of: guest, in: rig) == 0)
        rig.watch(targets + [guest])
        run(&rig, seconds: 300)
        #expect((9...11).contains(calls(of: guest, in: rig)))
    }

    @Test func anotherIntervalWhileAskedAboutIsKept() {
        var rig = rigAfterRefusal()
        rig.ask(asked, within: .seconds(600))
        let before = calls(of: asked, in: rig)
        let slower = Example.target(asked.model, provider: asked.provider, interval: .seconds(60))
        rig.watch([slower] + targets.dropFirst())
        run(&rig, seconds: 300)
        #expect((4...6).contains(calls(of: asked, in: rig) - before))
    }
}
