import PrompterCore
import Testing

/// What the scheduler replies to "which version serves this target now", and what it does for that.
struct QuestionTests {
    private let target = Example.target("m")

    // MARK: what is known

    @Test func aVersionOfThisSlotIsKnownAtOnce() {
        var rig = QuestionRig()
        let time = rig.now.wall
        rig.watch(target, memory: [target.id: rig.memory("m-0", at: time)])
        let id = rig.ask(target)
        #expect(rig.answer(id)?.source == .known && rig.answer(id)?.time == time && rig.answer(id)?.isNew == false)
        #expect(rig.answer(id)?.version.resolvedModel == "m-0")
        #expect(rig.requests.isEmpty && rig.made.isEmpty)
    }

    /// What was observed in the last half of the interval before counts for the slot, and nothing older.
    @Test(arguments: [(Duration.seconds(-1700), true), (.seconds(-1900), false)])
    func theLastHalfIntervalCounts(_ age: Duration, isKnown: Bool) {
        var rig = QuestionRig()
        let begin = target.slot(at: rig.now.wall).next.begin
        rig.pass(begin - rig.now.wall + .seconds(1))
        rig.watch(target, memory: [target.id: rig.memory("m-0", at: begin + age)], spread: .seconds(60))
        let id = rig.ask(target)
        #expect((rig.answer(id)?.source == .known) == isKnown)
        #expect(rig.requests.isEmpty == isKnown)
    }

    @Test func whatIsOnItsWayToTheStoreIsKnown() {
        var rig = QuestionRig()
        rig.watch(target)
        let first = rig.ask(target)
        rig.admit()
        rig.end()
        let second = rig.ask(target)
        #expect(rig.replies.isEmpty)
        rig.commit()
        #expect(rig.answer(first)?.source == .probed && rig.answer(first)?.isNew == true)
        #expect(rig.answer(second)?.source == .known && rig.answer(second)?.time == rig.answer(first)?.time)
        #expect(rig.made.count == 1)
    }

    // MARK: what is under way

    @Test func anUnknownVersionIsProbedAndToldOnceCommitted() {
        var rig = QuestionRig()
        rig.watch(target, spread: .seconds(60))
        let id = rig.ask(target)
        rig.admit()
        rig.end(model: "m-1")
        #expect(rig.replies.isEmpty)
        rig.commit()
        #expect(rig.answer(id)?.version.resolvedModel == "m-1" && rig.answer(id)?.isNew == true)
        // The slot is seen to.
        rig.pass(target.slot(at: rig.now.wall).end - rig.now.wall - .seconds(1))
        #expect(rig.made.count == 1)
        rig.pass(.seconds(2))
        #expect(rig.made.count == 2)
    }

    @Test func aRunningProbeIsShared() {
        var rig = QuestionRig()
        rig.watch(target)
        rig.handle(.tick)
        let early = rig.ask(target)
        rig.admit()
        let late = rig.ask(target)
        #expect(rig.calls.count == 1 && rig.requests.isEmpty)
        rig.end()
        rig.commit()
        #expect(rig.answer(early)?.source == .probed && rig.answer(late)?.source == .probed)
        #expect(rig.made.count == 1 && rig.overlaps == 0)
    }

    @Test func oneThatWaitsForItsTurnIsShared() {
        let provider = Example.provider(concurrency: 1)
        let (first, second) = (Example.target("a", provider: provider), Example.target("b", provider: provider))
        var rig = QuestionRig()
        rig.watch(first, second)
        rig.handle(.tick)
        rig.admit()
        #expect(rig.calls.count == 1)
        let waiting = rig.calls[0].target.id == first.id ? second : first
        let id = rig.ask(waiting)
        rig.end()
        #expect(rig.replies.isEmpty)
        rig.settle()
        #expect(rig.answer(id)?.source == .probed && rig.made.count == 2)
    }

    @Test func aFailureIsTheProviders() {
        var rig = QuestionRig()
        rig.watch(target)
        let ids = [rig.ask(target), rig.ask(target)]
        rig.admit()
        let failure = ProbeFailure(.serverError, "503")
        rig.end(failure)
        #expect(ids.allSatisfy { rig.replies[$0] == .failure(failure) })
        // The slot goes on as after any failed attempt.
        rig.commit()
        rig.pass(.seconds(20))
        #expect(rig.made.count == 2)
    }

    @Test func confirmationsFollow() {
        var rig = QuestionRig()
        rig.watch(target, spread: .seconds(3600))
        let id = rig.ask(target)
        rig.admit()
        rig.end(ProbeFailure(.notFound, "no such model"))
        #expect(rig.replies[id] == .failure(ProbeFailure(.notFound, "no such model")))
        rig.commit()
        rig.pass(.seconds(1))
        #expect(rig.calls.map(\.isOnNewConnection) == [true])
        // It is shared, too.
        let second = rig.ask(target)
        rig.end(model: "m-2")
        rig.commit()
        #expect(rig.answer(second)?.source == .probed && rig.made.count == 2 && rig.overlaps == 0)
    }

    // MARK: what others do

    @Test func anotherInstancesProbeIsWaitedFor() {
        var rig = QuestionRig()
        rig.watch(target)
        let lease = rig.elsewhere(target)
        let id = rig.ask(target)
        rig.admit()
        #expect(rig.replies.isEmpty)
        rig.pass(.seconds(2))
        #expect(rig.replies.isEmpty)
        rig.observe(lease, model: "m-7")
        rig.pass(.milliseconds(260))
        #expect(rig.replies.isEmpty)
        rig.commit()
        #expect(rig.answer(id)?.source == .observed && rig.answer(id)?.version.resolvedModel == "m-7")
        #expect(rig.answer(id)?.isNew == true && rig.made.isEmpty)
    }

    @Test func whatIsHeldForTooLongIsToldSo() {
        var rig = QuestionRig()
        rig.watch(target)
        _ = rig.elsewhere(target)
        let id = rig.ask(target, patience: .seconds(3))
        rig.admit()
        rig.pass(.milliseconds(2900))
        #expect(rig.replies.isEmpty)
        rig.pass(.milliseconds(400))
        guard case .held(let time) = rig.notMade(id) else {
            Issue.record("\(String(describing: rig.replies[id]))")
            return
        }
        // A lease outlasts its probe by five seconds.
        #expect(time > .seconds(31) && time <= .seconds(32))
        #expect(rig.made.isEmpty)
    }

    @Test func aSlotThatWasGivenUpElsewhereIsToldSo() {
        var rig = QuestionRig()
        rig.watch(target)
        let lease = rig.elsewhere(target)
        rig.probeGuard.settle([LeaseOutcome(lease, .failed(.invalidRequest, retryAfter: nil))], at: rig.now)
        let id = rig.ask(target)
        rig.admit()
        #expect(rig.notMade(id) == .givenUp(.invalidRequest) && rig.made.isEmpty)
        rig.commit()
        // A slot that is over is not recorded again.
        let again = rig.ask(target)
        rig.admit()
        #expect(rig.notMade(again) == .givenUp(.invalidRequest))
        rig.commit()
        #expect(rig.scheduler.view.memories[target.id]?.failures == 1)
    }

    // MARK: what is not made

    @Test(arguments: [false, true]) func aStandOffIsToldWithItsCauseAndEnd(isOfTarget: Bool) {
        var rig = QuestionRig()
        let scope: StandOff.Scope =
            isOfTarget ? .target(target.id, provider: target.provider.name) : .provider(target.provider.name)
        rig.watch(
            target,
            standOffs: [
                StandOff.Kept(scope: scope, cause: .quota, end: rig.now.wall + .seconds(900), repetitions: 1)
            ])
        let id = rig.ask(target)
        rig.admit()
        #expect(rig.notMade(id) == .standOff(.quota, rest: .seconds(900)) && rig.made.isEmpty)
        // When it is over, the question makes the trial.
        rig.pass(.seconds(901))
        let trial = rig.ask(target)
        rig.settle()
        #expect(rig.answer(trial)?.source == .probed && rig.made.count == 1)
    }

    /// What was read between the guard's being asked and its answer counts.
    @Test func aStandOffThatBeginsMeanwhileIsTold() {
        let other = Example.target("other")
        var rig = QuestionRig()
        rig.watch(target, other, spread: .seconds(3600))
        let first = rig.ask(other)
        rig.admit()
        let id = rig.ask(target)
        rig.end(ProbeFailure(.quota, "used up", scope: .provider))
        rig.admit()
        #expect(rig.replies[first] == .failure(ProbeFailure(.quota, "used up", scope: .provider)))
        #expect(rig.notMade(id) == .standOff(.quota, rest: .seconds(3600)))
        #expect(rig.made.count == 1)
    }

    @Test func disabledProbesAreToldButWhatOthersObserveIsTaken() {
        var rig = QuestionRig(mayCall: false)
        rig.watch(target)
        let id = rig.ask(target)
        rig.admit()
        #expect(rig.notMade(id) == .disabled)
        rig.observe(rig.elsewhere(target), model: "m-7")
        let second = rig.ask(target)
        rig.admit()
        rig.commit()
        #expect(rig.answer(second)?.source == .observed && rig.made.isEmpty)
    }

    // MARK: forced ones

    @Test func aForcedOneIsMadePastWhatIsKnownAndCounts() {
        var rig = QuestionRig()
        rig.watch(target, memory: [target.id: rig.memory("m-0", at: rig.now.wall)])
        let id = rig.ask(target, isForced: true)
        #expect(rig.requests.isEmpty && rig.calls.map(\.isForced) == [true])
        #expect(rig.scheduler.view.inFlight == 1)
        rig.end()
        rig.commit()
        #expect(rig.answer(id)?.source == .probed)
        // The next slot is the next, whatever was asked in this one.
        rig.pass(target.slot(at: rig.now.wall).next.begin - rig.now.wall - .seconds(1))
        #expect(rig.made.count == 1)
        rig.pass(.seconds(2))
        #expect(rig.made.count == 2)
    }

    @Test func aForcedOneIsMadeBesideTheLimitsAndWithoutLeave() {
        let provider = Example.provider(concurrency: 1, requestsPerMinute: 1)
        let (busy, wanted) = (Example.target("a", provider: provider), Example.target("b", provider: provider))
        var rig = QuestionRig(mayCall: false)
        rig.watch(busy, wanted)
        let ids = [rig.ask(busy, isForced: true), rig.ask(wanted, isForced: true)]
        #expect(rig.calls.count == 2)
        rig.settle()
        #expect(ids.allSatisfy { rig.answer($0)?.source == .probed })
    }

    @Test(arguments: [false, true]) func aForcedAnswerEndsTheStandOff(isOfTarget: Bool) {
        var rig = QuestionRig()
        let scope: StandOff.Scope =
            isOfTarget ? .target(target.id, provider: target.provider.name) : .provider(target.provider.name)
        let standOff = StandOff.Kept(
            scope: scope, cause: .quota, end: rig.now.wall + .seconds(900), repetitions: 1)
        rig.watch(target, standOffs: [standOff])
        let failed = rig.ask(target, isForced: true)
        let mayGoOn = rig.scheduler.mayGoOn(target, at: rig.now)
        #expect(mayGoOn)
        rig.end(ProbeFailure(.quota, "still used up", scope: isOfTarget ? .target : .provider))
        #expect(
            rig.replies[failed]
                == .failure(ProbeFailure(.quota, "still used up", scope: isOfTarget ? .target : .provider)))
        rig.commit()
        let id = rig.ask(target, isForced: true)
        rig.end()
        rig.commit()
        #expect(rig.answer(id) != nil)
        #expect(rig.kept.last?.scope == scope && rig.kept.last?.end == nil)
    }

    /// One that is under way began before, so a forced one waits for its end and makes its own: never two at once.
    @Test func aForcedOneWaitsForTheProbeThatRuns() {
        var rig = QuestionRig()
        rig.watch(target)
        rig.handle(.tick)
        let asked = rig.ask(target, isForced: true)
        rig.admit()
        let second = rig.ask(target, isForced: true)
        let third = rig.ask(target)
        #expect(rig.calls.map(\.isForced) == [false])
        rig.end(model: "m-1")
        #expect(rig.calls.map(\.isForced) == [true])
        rig.commit()
        #expect(rig.answer(third)?.version.resolvedModel == "m-1" && rig.answer(asked) == nil)
        rig.end(model: "m-2")
        rig.commit()
        #expect([asked, second].allSatisfy { rig.answer($0)?.version.resolvedModel == "m-2" })
        #expect(rig.made.count == 2 && rig.overlaps == 0)
    }

    @Test func aForcedOneTakesTheTurnOfOneThatWaits() {
        let provider = Example.provider(concurrency: 1)
        let (first, second) = (Example.target("a", provider: provider), Example.target("b", provider: provider))
        var rig = QuestionRig()
        rig.watch(first, second)
        rig.handle(.tick)
        rig.admit()
        let waiting = rig.calls[0].target.id == first.id ? second : first
        let id = rig.ask(waiting, isForced: true)
        #expect(rig.calls.count == 2)
        rig.settle()
        #expect(rig.answer(id)?.source == .probed && rig.made.count == 2 && rig.overlaps == 0)
    }

    // MARK: deadlines

    @Test func aDeadlineIsOursAndCountsForNothing() {
        var rig = QuestionRig()
        rig.watch(target)
        let id = rig.ask(target, within: .seconds(5))
        rig.admit()
        rig.pass(.milliseconds(4990))
        #expect(rig.replies.isEmpty)
        rig.pass(.milliseconds(20))
        #expect(rig.notMade(id) == .deadline)
        #expect(rig.scheduler.view.memories[target.id]?.failures == 0 && rig.kept.isEmpty)
        // The call goes on, and what it brings is recorded.
        rig.end()
        rig.commit()
        #expect(rig.scheduler.view.memories[target.id]?.lastSuccess != nil)
        #expect(rig.replies.count == 1 && rig.repliedTwice.isEmpty)
    }

    @Test func aDeadlineThatPassesWhileOthersHoldTheSlotSaysSo() {
        var rig = QuestionRig()
        rig.watch(target)
        _ = rig.elsewhere(target)
        let id = rig.ask(target, within: .seconds(5))
        rig.admit()
        rig.pass(.seconds(6))
        guard case .held = rig.notMade(id) else {
            Issue.record("\(String(describing: rig.replies[id]))")
            return
        }
    }

    /// Nobody is called for a question that has its reply.
    @Test func whatNobodyWaitsForIsNotMade() {
        let provider = Example.provider(concurrency: 1)
        let (busy, guest) = (Example.target("a", provider: provider), Example.target("b", provider: provider))
        var rig = QuestionRig()
        rig.watch(busy)
        rig.handle(.tick)
        rig.admit()
        let id = rig.ask(guest, within: .seconds(5))
        rig.pass(.seconds(6))
        #expect(rig.notMade(id) == .deadline && rig.scheduler.view.waiting == 0)
        rig.settle()
        #expect(rig.made.map(\.target.model) == ["a"])
    }

    // MARK: stops and stores

    @Test func aStopIsToldAndWhatIsUnderWayMayEnd() {
        let provider = Example.provider(concurrency: 1)
        let (first, second) = (Example.target("a", provider: provider), Example.target("b", provider: provider))
        var rig = QuestionRig()
        rig.watch(first, second, spread: .seconds(3600))
        let running = rig.ask(first)
        rig.admit()
        let (waiting, forced) = (rig.ask(second), rig.ask(first, isForced: true))
        rig.handle(.stop)
        #expect(rig.notMade(waiting) == .stopping && rig.notMade(forced) == .stopping)
        #expect(rig.replies[running] == nil)
        let late = [rig.ask(second), rig.ask(second, isForced: true)]
        #expect(late.allSatisfy { rig.notMade($0) == .stopping })
        rig.end()
        rig.commit()
        #expect(rig.answer(running)?.source == .probed && rig.made.count == 1)
        // What is known may be told for as long as there is somebody to ask.
        let known = rig.ask(first)
        #expect(rig.answer(known)?.source == .known)
    }

    @Test func whatIsBrokenOffIsToldSo() {
        var rig = QuestionRig()
        rig.watch(target)
        let id = rig.ask(target)
        rig.admit()
        rig.handle(.stop)
        rig.handle(.stopOverdue)
        #expect(rig.notMade(id) == .stopping)
    }

    @Test(arguments: [false, true]) func aStopWhileTheGuardIsAskedIsTold(isHeld: Bool) {
        var rig = QuestionRig()
        rig.watch(target)
        if isHeld { _ = rig.elsewhere(target) }
        let id = rig.ask(target)
        rig.handle(.stop)
        rig.admit()
        #expect(rig.notMade(id) == .stopping && rig.made.isEmpty && rig.scheduler.isIdle)
    }

    @Test(arguments: [false, true]) func anAnswerThatCannotBeRecordedIsTold(isFailingBefore: Bool) {
        var rig = QuestionRig()
        rig.watch(target)
        if isFailingBefore { rig.handle(.storeFailing("disk full")) }
        let id = rig.ask(target)
        rig.admit()
        rig.end(model: "m-1")
        if !isFailingBefore { rig.handle(.storeFailing("disk full")) }
        guard case .notRecorded(let version, let reason) = rig.replies[id] else {
            Issue.record("\(String(describing: rig.replies[id]))")
            return
        }
        #expect(version.resolvedModel == "m-1" && reason == "disk full")
        rig.handle(.storeRestored)
        rig.commit()
        #expect(rig.replies.count == 1 && rig.repliedTwice.isEmpty)
    }

    @Test func whatOthersObservedAndCannotBeRecordedIsNotMade() {
        var rig = QuestionRig()
        rig.watch(target)
        rig.observe(rig.elsewhere(target), model: "m-7")
        let id = rig.ask(target)
        rig.admit()
        rig.handle(.storeFailing("disk full"))
        #expect(rig.notMade(id) == .store("disk full"))
    }

    @Test(arguments: [false, true]) func withoutAPlaceInTheStoreNobodyIsCalled(isForced: Bool) {
        let other = Example.target("other")
        var rig = QuestionRig(storeCapacity: 1)
        rig.watch(target, other, spread: .seconds(3600))
        rig.ask(other)
        rig.admit()
        rig.end()
        let id = rig.ask(target, isForced: isForced)
        #expect(rig.replies.isEmpty && rig.made.count == 1)
        rig.handle(.storeFailing("disk full"))
        #expect(rig.notMade(id) == .store("disk full"))
        rig.handle(.storeRestored)
        let second = rig.ask(target, isForced: isForced)
        rig.commit()
        rig.settle()
        #expect(rig.answer(second)?.source == .probed)
    }
}

/// Questions about targets that no watchlist has, and about those that come and go.
struct UnwatchedQuestionTests {
    private let target = Example.target("m", interval: .seconds(600))

    @Test func itIsProbedAndNotScheduled() {
        var rig = QuestionRig()
        let id = rig.ask(target)
        rig.settle()
        #expect(rig.answer(id)?.source == .probed && rig.answer(id)?.isNew == true)
        rig.pass(.seconds(7200))
        #expect(rig.made.count == 1 && rig.scheduler.isIdle)
        #expect(rig.scheduler.isHealthy(at: rig.now))
    }

    @Test func itsFailureIsToldAndNotTriedAgain() {
        var rig = QuestionRig()
        let id = rig.ask(target)
        rig.admit()
        rig.end(ProbeFailure(.serverError, "503"))
        rig.commit()
        #expect(rig.replies[id] == .failure(ProbeFailure(.serverError, "503")))
        rig.pass(.seconds(7200))
        #expect(rig.made.count == 1)
    }

    @Test func whatTheStoreKnowsOfItCounts() {
        var rig = QuestionRig()
        let known = rig.ask(target, memory: rig.memory("m-0", at: rig.now.wall))
        #expect(rig.answer(known)?.source == .known && rig.requests.isEmpty)
        // Also that its key was refused: nobody says that there is another.
        let standOff = StandOff.Kept(
            scope: .provider(target.provider.name), cause: .auth, end: rig.now.wall + .seconds(1800), repetitions: 1)
        let rested = rig.ask(target, standOffs: [standOff])
        rig.admit()
        #expect(rig.notMade(rested) == .standOff(.auth, rest: .seconds(1800)) && rig.made.isEmpty)
        let forced = rig.ask(target, isForced: true, standOffs: [standOff])
        rig.settle()
        #expect(rig.answer(forced)?.source == .probed)
        #expect(rig.kept.map(\.scope) == [standOff.scope] && rig.kept[0].end == nil)
    }

    @Test func itWaitsForAnotherInstanceAlsoIntoTheNextSlot() {
        var rig = QuestionRig()
        rig.pass(target.slot(at: rig.now.wall).end - rig.now.wall - .milliseconds(600))
        _ = rig.elsewhere(target)
        let id = rig.ask(target)
        rig.admit()
        rig.pass(.seconds(1))
        rig.settle()
        #expect(rig.answer(id)?.source == .probed && rig.made.count == 1)
    }

    /// A major alarm is confirmed at once, wherever the answer came from.
    @Test func confirmationsFollow() {
        var rig = QuestionRig()
        for _ in 0..<40 {
            rig.ask(target)
            rig.settle()
            rig.pass(.seconds(600))
        }
        #expect(rig.made.count == 40)
        rig.ask(target)
        rig.admit()
        rig.end(model: "m-2")
        rig.commit()
        rig.pass(.seconds(1))
        #expect(rig.calls.map(\.isOnNewConnection) == [true])
    }

    @Test func aTargetThatGoesWhileItIsAskedAboutIsStillAnswered() {
        let provider = Example.provider(concurrency: 1)
        let (busy, gone) = (Example.target("a", provider: provider), Example.target("b", provider: provider))
        var rig = QuestionRig()
        rig.watch(busy, gone, spread: .seconds(3600))
        rig.ask(busy)
        rig.admit()
        let id = rig.ask(gone)
        rig.watch(busy)
        rig.settle()
        #expect(rig.answer(id)?.source == .probed)
        rig.pass(.seconds(7200))
        #expect(rig.made.count { $0.target.id == gone.id } == 1)
    }

    @Test func aTargetThatComesWhileItIsAskedAboutIsProbedOnce() {
        var rig = QuestionRig()
        let id = rig.ask(target)
        rig.admit()
        rig.watch(target)
        rig.handle(.tick)
        #expect(rig.calls.count == 1 && rig.requests.isEmpty)
        rig.settle()
        #expect(rig.answer(id) != nil && rig.made.count == 1)
        rig.pass(.seconds(601))
        #expect(rig.made.count == 2 && rig.overlaps == 0)
    }
}
