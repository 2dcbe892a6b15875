import PrompterCore
import Testing

/// A run of one round.
struct RoundTests {
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
