import PrompterCore
import Testing

/// What a failure of one call does to the calls after it.
struct SuspensionTests {
    /// Limits, and a clock that stands until it is moved.
    private struct Rig {
        var limits = Limits(workers: 1000)
        var now = Moment(wall: Timestamp(milliseconds: 1_790_000_000_000), uptime: .seconds(1000))
        let provider: Provider

        init(_ provider: Provider = Example.provider(), standing: [StandingSuspension] = []) {
            self.provider = provider
            reload()
            limits.restore(standing, at: now)
        }

        mutating func reload() {
            _ = limits.replace(workers: 1000, providers: [provider], at: now) { _ in true }
        }

        mutating func pass(_ duration: Duration) { now = now.advanced(by: duration) }

        mutating func enqueue(_ models: String...) {
            for model in models {
                let target = Example.target(model, provider: provider)
                limits.enqueue(Due(target: target, slot: target.slot(at: now.wall), time: now.wall))
            }
        }

        mutating func begin(_ models: String...) -> [Begun] {
            for model in models { enqueue(model) }
            return limits.begin(at: now)
        }

        /// Enqueues `model`; what its call brings where it is called, `nil` where it is not.
        mutating func call(_ model: String, _ failure: ProbeFailure?) -> [LimitsChange]? {
            let begun = begin(model)
            guard begun.count == 1, begun[0].mayCall else { return nil }
            return limits.end(begun[0], failure, at: now)
        }

        /// What keeps `model` from being called, where something does; it is not called in any case.
        mutating func limit(_ model: String) -> Limit? {
            let begun = begin(model)
            for one in begun { limits.cancel(one) }
            return begun.first?.limit
        }
    }

    private static let auth = ProbeFailure(.auth, "no")
    private static let slow = ProbeFailure(.timeout, "slow")

    private static func tooMany(_ seconds: Int?) -> ProbeFailure {
        ProbeFailure(.rateLimited, "slow down", retryAfter: seconds.map { .seconds($0) })
    }

    private static func forbidden() -> ProbeFailure {
        var failure = ProbeFailure(.auth, "not this model")
        failure.scope = .target
        return failure
    }

    @Test func aRefusedCredentialIsTriedTwiceAnHour() throws {
        var rig = Rig()
        let flights = rig.begin("a", "b", "c", "d", "e")
        #expect(flights.count == 4)
        let changes = flights.flatMap { rig.limits.end($0, Self.auth, at: rig.now) }
        #expect(changes.count == 1)
        guard case .suspended("openai", let suspension) = changes.first else { throw Example.NoVersion() }
        #expect(suspension.cause == .auth)
        // The fifth, which waited.
        #expect(rig.begin().map(\.limit?.reason) == [.suspended])
        var calls = 0
        for _ in 0..<(24 * 60) {
            rig.pass(.seconds(60))
            if let changes = rig.call("f", Self.auth) {
                calls += 1
                #expect(changes.isEmpty)
            }
        }
        #expect(calls == 48)
        #expect(rig.limits.report(at: rig.now)["openai"]?.isSuspended == true)
    }

    @Test func oneCallDecides() {
        var rig = Rig()
        _ = rig.call("a", Self.auth)
        rig.pass(.seconds(1800))
        let trial = rig.begin("b", "c", "d")
        #expect(trial.count == 1 && trial[0].isTrial && rig.limits.waiting == 2)
        #expect(rig.limits.nextTime == nil && !rig.limits.hasServable(at: rig.now.uptime))
        // Another instance made the call: the next one is the trial.
        rig.limits.cancel(trial[0])
        let second = rig.begin()
        #expect(second.map(\.due.target.model) == ["c"] && second[0].isTrial)
        #expect(rig.limits.end(second[0], nil, at: rig.now) == [.resumed(provider: "openai", .auth)])
        #expect(rig.begin("e", "f").map(\.isTrial) == [false, false, false])
        #expect(rig.limits.report(at: rig.now)["openai"] == ProviderLimits())
    }

    @Test func aTrialThatShowsNothingLeavesItSuspended() {
        var rig = Rig()
        _ = rig.call("a", Self.auth)
        for failure in [Self.slow, ProbeFailure(.malformed, "a portal"), Self.tooMany(1)] {
            rig.pass(.seconds(1800))
            #expect(rig.call("b", failure) != nil)
            rig.pass(.seconds(1799))
            #expect(rig.limit("b")?.reason == .suspended, "\(failure)")
            rig.pass(.seconds(1))
        }
        rig.pass(.seconds(1800))
        #expect(rig.call("b", ProbeFailure(.invalidRequest, "no such parameter"))?.isEmpty == false)
        #expect(rig.limit("b") == nil)
    }

    @Test func aReloadLetsOneCallDecideAtOnce() {
        var rig = Rig()
        _ = rig.call("a", Self.auth)
        rig.pass(.seconds(60))
        rig.reload()
        #expect(rig.begin("b", "c").map(\.isTrial) == [true])
    }

    @Test func aCallUnderTheOldCredentialSaysNothingOfTheNew() {
        var rig = Rig()
        let flights = rig.begin("a", "b", "c")
        _ = rig.limits.end(flights[0], Self.auth, at: rig.now)
        rig.reload()
        #expect(rig.call("d", nil) == [.resumed(provider: "openai", .auth)])
        #expect(rig.limits.end(flights[1], Self.auth, at: rig.now) == [])
        #expect(rig.limits.end(flights[2], Self.forbidden(), at: rig.now) == [])
        #expect(rig.limit("c") == nil && rig.limit("d") == nil)
    }

    @Test func aTrialUnderTheOldCredentialDecidesNothing() {
        var rig = Rig()
        _ = rig.call("a", Self.auth)
        rig.reload()
        let old = rig.begin("b")
        rig.reload()
        let new = rig.begin("c")
        #expect(old.map(\.isTrial) == [true] && new.map(\.isTrial) == [true])
        #expect(rig.limits.end(old[0], Self.auth, at: rig.now) == [])
        #expect(rig.begin("d").isEmpty)
        #expect(rig.limits.end(new[0], nil, at: rig.now) == [.resumed(provider: "openai", .auth)])
    }

    @Test func retryAfterIsKeptToTheLetterAndThroughAReload() {
        var rig = Rig()
        let flights = rig.begin("a", "b", "c", "d")
        #expect(rig.limits.end(flights[0], Self.tooMany(7), at: rig.now).count == 1)
        rig.pass(.seconds(1))
        // One that was in flight asks for longer, one for less.
        #expect(rig.limits.end(flights[1], Self.tooMany(8), at: rig.now) == [])
        #expect(rig.limits.end(flights[2], Self.tooMany(1), at: rig.now) == [])
        #expect(rig.limits.end(flights[3], nil, at: rig.now) == [])
        #expect(rig.limit("e") == Limit(reason: .rate, until: .seconds(1009)))
        #expect(rig.limits.report(at: rig.now)["openai"]?.isSuspended == false)
        rig.reload()
        rig.pass(.milliseconds(7999))
        #expect(rig.limit("e")?.reason == .rate)
        rig.pass(.milliseconds(1))
        #expect(rig.call("e", nil) == [.resumed(provider: "openai", .rateLimited)])
    }

    @Test func withoutRetryAfterThePauseDoubles() {
        var rig = Rig()
        var pauses: [Duration] = []
        for _ in 0..<8 {
            #expect(rig.call("a", Self.tooMany(nil)) != nil)
            pauses.append((rig.limit("a")?.until ?? .zero) - rig.now.uptime)
            rig.pass(pauses.last ?? .zero)
        }
        #expect(pauses == [15, 30, 60, 120, 240, 480, 600, 600].map { .seconds($0) })
    }

    @Test func whoSaysAtOnceAgainAndAgainIsAskedEverLessOften() {
        var rig = Rig()
        var calls = 0
        for _ in 0..<3600 {
            if rig.call("a", Self.tooMany(0)) != nil { calls += 1 }
            rig.pass(.seconds(1))
        }
        #expect((10...16).contains(calls))
    }

    @Test func aQuotaThatIsUsedUpIsAskedForEverLessOften() {
        var rig = Rig()
        var pauses: [Duration] = []
        for _ in 0..<7 {
            #expect(rig.call("a", ProbeFailure(.quota, "used up")) != nil)
            pauses.append((rig.limit("a")?.until ?? .zero) - rig.now.uptime)
            rig.pass(pauses.last ?? .zero)
        }
        #expect(pauses == [1, 2, 4, 8, 16, 24, 24].map { .seconds($0 * 3600) })
    }

    @Test func oneModelThatTheKeyMayNotUseKeepsNoOtherFromBeingCalled() {
        var rig = Rig()
        let changes = rig.call("a", Self.forbidden())
        guard case .targetSuspended = changes?.first else {
            Issue.record("\(String(describing: changes))")
            return
        }
        #expect(rig.limit("a")?.reason == .suspended && rig.limit("b") == nil)
        #expect(rig.limits.report(at: rig.now)["openai"]?.suspendedTargets == 1)
        rig.pass(.seconds(1799))
        #expect(rig.limit("a") != nil)
        rig.pass(.seconds(1))
        #expect(rig.call("a", Self.slow) == [])
        #expect(rig.limit("a")?.until == rig.now.uptime + .seconds(1800))
        rig.reload()
        let target = Example.target("a", provider: rig.provider)
        #expect(rig.call("a", nil) == [.targetResumed(target, .auth)])
        #expect(rig.limit("a") == nil)
    }

    @Test func aModelThatThereIsNotIsAskedForOnceADay() {
        var rig = Rig()
        var calls = 0
        for hour in 0..<(24 * 10) {
            // Whatever the call brings that says nothing of the model, a day must pass.
            if rig.call("a", hour == 48 ? Self.slow : ProbeFailure(.notFound, "no such model")) != nil { calls += 1 }
            #expect(rig.limit("b") == nil)
            rig.pass(.seconds(3600))
        }
        #expect(calls == 10)
    }

    @Test func whatAnotherInstanceLearnedOfAModelCounts() {
        var rig = Rig()
        let target = Example.target("a", provider: rig.provider)
        #expect(rig.limits.take(target, .auth, at: rig.now) == [])
        #expect(rig.limit("a") == nil)
        #expect(rig.limits.take(target, .notFound, at: rig.now).count == 1)
        #expect(rig.limit("a")?.reason == .suspended)
        #expect(rig.limits.take(target, nil, at: rig.now) == [.targetResumed(target, .notFound)])
        #expect(rig.limit("a") == nil)
        // That another instance's key may use the model says nothing of this one's.
        _ = rig.call("a", Self.forbidden())
        #expect(rig.limits.take(target, nil, at: rig.now) == [])
        #expect(rig.limit("a") != nil)
    }

    @Test func aBreakerLetsOneCallThroughWhenItsPauseIsOver() {
        var rig = Rig()
        for _ in 1..<5 { #expect(rig.call("a", Self.slow) == []) }
        #expect(rig.call("b", ProbeFailure(.serverError, "502")) == [.broke(provider: "openai", pause: .seconds(30))])
        #expect(rig.limit("c") == Limit(reason: .breaker, until: rig.now.uptime + .seconds(30)))
        #expect(rig.limits.report(at: rig.now)["openai"]?.breaker == .open)
        rig.pass(.seconds(30))
        #expect(rig.limits.report(at: rig.now)["openai"]?.breaker == .halfOpen)
        let trial = rig.begin("c", "d")
        #expect(trial.count == 1)
        #expect(rig.limits.end(trial[0], Self.slow, at: rig.now) == [])
        #expect(rig.begin().map(\.limit) == [Limit(reason: .breaker, until: rig.now.uptime + .seconds(60))])
        rig.pass(.seconds(60))
        // Any answer of the provider's own shows that it is back.
        #expect(
            rig.call("e", ProbeFailure(.notFound, "no such model"))?.first == .mended(provider: "openai"))
        #expect(rig.limit("f") == nil)
    }

    @Test func aLimitThatCameAfterItsTurnIsSeen() {
        var rig = Rig()
        let flights = rig.begin("a", "b")
        #expect(rig.limits.limit(on: flights[1], at: rig.now) == nil)
        _ = rig.limits.end(flights[0], Self.tooMany(7), at: rig.now)
        #expect(rig.limits.limit(on: flights[1], at: rig.now)?.reason == .rate)
    }

    @Test func aRestartForgetsNothing() {
        var rig = Rig()
        _ = rig.call("gone", ProbeFailure(.notFound, "no such model"))
        _ = rig.call("forbidden", Self.forbidden())
        _ = rig.call("any", Self.tooMany(7200))
        let standing = rig.limits.standing(at: rig.now)
        #expect(standing.count == 3)
        var later = Rig(rig.provider, standing: standing)
        #expect(later.limit("any")?.reason == .rate)
        later.pass(.seconds(7200))
        #expect(later.call("any", nil) == [.resumed(provider: "openai", .rateLimited)])
        #expect(later.limit("gone")?.until == .seconds(1000 + 86_400))
        // A credential has been read anew.
        #expect(later.limit("forbidden") == nil)
        #expect(later.limits.report(at: later.now)["openai"]?.suspendedTargets == 2)
    }

    @Test func aRestartTriesARefusedCredentialOnce() {
        var rig = Rig()
        _ = rig.call("a", Self.auth)
        var later = Rig(rig.provider, standing: rig.limits.standing(at: rig.now))
        let trial = later.begin("a", "b", "c")
        #expect(trial.map(\.isTrial) == [true])
        #expect(later.limits.end(trial[0], Self.auth, at: later.now) == [])
        #expect(later.begin().map(\.limit?.reason) == [.suspended, .suspended])
    }

    @Test func aWrongClockSuspendsForADayAtMost() {
        let notBefore = Timestamp(milliseconds: 9_000_000_000_000)
        var rig = Rig(
            standing: [
                StandingSuspension(scope: .provider("openai"), cause: .quota, notBefore: notBefore, repetitions: 3)
            ])
        #expect(rig.limit("a")?.until == rig.now.uptime + .seconds(86_400))
    }

    @Test func theRateBoundsCallsAndNotQuestions() {
        var rig = Rig(Example.provider(requestsPerMinute: 6))
        let first = rig.begin("a", "b")
        #expect(first.count == 1 && rig.limits.isRateBound("openai", at: rig.now))
        // The guard knew the answer.
        rig.limits.cancel(first[0])
        let second = rig.begin()
        #expect(second.map(\.due.target.model) == ["b"])
        #expect(rig.begin("c").isEmpty)
        #expect(rig.limits.nextTime.map { $0 - rig.now.uptime } ?? .zero >= .seconds(10))
        #expect(!rig.limits.hasServable(at: rig.now.uptime))
        rig.pass(.milliseconds(10_001))
        #expect(rig.limits.hasServable(at: rig.now.uptime))
        #expect(rig.begin().map(\.due.target.model) == ["c"])
        #expect(rig.limits.nextTime == nil)
    }

    @Test func whoMayNotCallNeedsNoPlace() {
        var rig = Rig(Example.provider(concurrency: 1, requestsPerMinute: 1))
        #expect(rig.begin("a").count == 1)
        let target = Example.target("b", provider: rig.provider)
        rig.limits.enqueue(
            Due(target: target, slot: target.slot(at: rig.now.wall), time: rig.now.wall, mayCall: false))
        let begun = rig.limits.begin(at: rig.now)
        #expect(begun.map(\.mayCall) == [false] && begun[0].limit == nil && rig.limits.inFlight == 1)
    }
}
