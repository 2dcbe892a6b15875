import PrompterCore
import Testing

/// A run of one round.
struct RoundTests {
    /// One that left somebody out did not succeed.
    @Test func failsWhereItSkips() {
        let target = Example.target("m")
        var rig = QuestionRig()
        let standOff = StandOff.Kept(
            scope: .provider(target.provider.name), cause: .quota, end: rig.now.wall + .seconds(7200), repetitions: 1)
        rig.watch(target, standOffs: [standOff])
        rig.handle(.roundBegun)
        rig.pass(.seconds(1))
        #expect(rig.made.isEmpty && rig.scheduler.isRoundFinished && rig.scheduler.failedTargets == 1)
    }

    /// A machine that slept sees the minute before the timer.
    @Test func isHealthyAfterAPause() {
        var rig = QuestionRig()
        rig.watch(Example.target("m"))
        rig.settle()
        rig.now = rig.now.advanced(by: .seconds(2 * 3600))
        rig.handle(.pulse)
        #expect(rig.scheduler.isHealthy(at: rig.now))
    }

    /// Whether the store or the guard is the first to have what a call brought.
    @Test(arguments: [true, false]) func callsATargetOnce(_ isGuardSlow: Bool) {
        let target = Example.target("m")
        var rig = QuestionRig()
        rig.isGuardSlow = isGuardSlow
        rig.watch(target)
        rig.handle(.roundBegun)
        rig.pass(.seconds(1))
        rig.end(ProbeFailure(.notFound, "no such model"))
        rig.commit()
        rig.pass(.seconds(1))
        #expect(rig.made.count == 1 && rig.calls.isEmpty)
        rig.publish()
        #expect(rig.scheduler.isRoundFinished)
    }
}
