import PrompterCore
import Testing

/// What a failure of one call does to the calls after it.
struct StandOffTests {
    /// Limits, and a clock that stands until it is moved.
    private struct Rig {
        var limits = Limits(workers: 1000)
        var now = Moment(wall: Timestamp(milliseconds: 1_790_000_000_000), uptime: Uptime(sinceStart: .seconds(1000)))
        let provider: Provider

        let interval: Duration

        init(
            _ provider: Provider = Example.provider(), interval: Duration = .seconds(3600),
            standOffs: [StandOff.Kept] = []
        ) {
            self.provider = provider
            self.interval = interval
            reload()
            limits.restore(standOffs, at: now)
        }

        mutating func reload() {
            _ = limits.replace(workers: 1000, providers: [provider], at: now) { _ in true }
        }

        mutating func pass(_ duration: Duration) { now = now.advanced(by: duration) }

        func target(_ model: String) -> Target { Example.target(model, provider: provider, interval: interval) }

        mutating func enqueue(_ models: String...) {
            for model in models {
                let target = target(model)
                limits.enqueue(Due(target: target, slot: target.slot(at: now.wall), time: now.wall))
            }
        }

        mutating func begin(_ models: String...) -> [ProbeTurn] {
            for model in models { enqueue(model) }
            return limits.begin(at: now)
        }

        /// Enqueues `model`; what its call brings where it is called, `nil` where it is not.
        mutating func call(_ model: String, _ failure: ProbeFailure?) -> [StandOffChange]? {
            let begun = begin(model)
            guard begun.count == 1, begun[0].mayCall else { return nil }
            return limits.end(begun[0], failure, at: now)
        }

        var report: ProviderLimits? { limits.report[provider.name] }

        /// What keeps `model` from being called, where something does; it is not called in any case.
        mutating func limit(_ model: String) -> Limit? {
            let begun = begin(model)
            for one in begun { limits.cancel(one) }
            return begun.first?.limit
        }
    }

    private static let auth = ProbeFailure(.auth, "no")
    private static let slow = ProbeFailure(.timeout, "slow")

    /// A 429; of the account, unless it is of one target.
    private static func tooMany(_ seconds: Int?, _ scope: FailureScope = .provider) -> ProbeFailure {
        ProbeFailure(.rateLimited, "slow down", retryAfter: seconds.map { .seconds($0) }, scope: scope)
    }

    private static let unauthorized = ProbeFailure(.auth, "Unauthorized", scope: .unknown)
    private static let forbidden = ProbeFailure(.auth, "not this model", scope: .target)

    /// What changed, by kind, scope and cause.
    private static func texts(_ changes: [StandOffChange]?) -> [String]? {
        changes?.map { change in
            switch change {
            case .began(let standOff): "began \(text(standOff))"
            case .prolonged(let standOff): "prolonged \(text(standOff))"
            case .ended(let standOff): "ended \(text(standOff))"
            }
        }
    }

    private static func text(_ standOff: StandOff) -> String {
        "\(standOff.scope.target == nil ? "provider" : "target") \(standOff.cause.rawValue)"
    }

    @Test func aRefusedCredentialIsTriedTwiceAnHour() {
        var rig = Rig()
        let flights = rig.begin("a", "b", "c", "d", "e")
        #expect(flights.count == 4)
        let changes = flights.flatMap { rig.limits.end($0, Self.auth, at: rig.now) }
        #expect(Self.texts(changes) == ["began provider auth"])
        // The fifth, which waited.
        #expect(rig.begin().map(\.limit?.reason) == [.suspended])
        var calls = 0
        for _ in 0..<(24 * 60) {
            rig.pass(.seconds(60))
            if let changes = rig.call("f", Self.auth) {
                calls += 1
                #expect(Self.texts(changes) == ["prolonged provider auth"])
            }
        }
        #expect(calls == 48)
        #expect(rig.report?.isSuspended == true)
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
        #expect(Self.texts(rig.limits.end(second[0], nil, at: rig.now)) == ["ended provider auth"])
        #expect(rig.begin("e", "f").map(\.isTrial) == [false, false, false])
        #expect(rig.report == ProviderLimits())
    }

    @Test func aTrialThatShowsNothingLeavesItSuspended() {
        var rig = Rig()
        _ = rig.call("a", Self.auth)
        for failure in [Self.slow, ProbeFailure(.malformed, "a portal"), Self.tooMany(1, .target)] {
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
        #expect(Self.texts(rig.call("d", nil)) == ["ended provider auth"])
        #expect(rig.limits.end(flights[1], Self.auth, at: rig.now) == [])
        #expect(rig.limits.end(flights[2], Self.forbidden, at: rig.now) == [])
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
        #expect(Self.texts(rig.limits.end(new[0], nil, at: rig.now)) == ["ended provider auth"])
    }

    @Test func anotherKeyLetsOneCallDecideAtOnce() {
        var rig = Rig()
        let flights = rig.begin("a", "b")
        _ = rig.limits.end(flights[0], Self.auth, at: rig.now)
        rig.limits.rekey(["another"], at: rig.now)
        #expect(rig.limit("c")?.reason == .suspended)
        rig.limits.rekey([rig.provider.name], at: rig.now)
        // What was refused to the old key says nothing of the new one.
        #expect(rig.limits.end(flights[1], Self.auth, at: rig.now) == [])
        let trial = rig.begin("c", "d")
        #expect(trial.map(\.isTrial) == [true])
        #expect(Self.texts(rig.limits.end(trial[0], nil, at: rig.now)) == ["ended provider auth"])
    }

    @Test func anotherKeyTriesEachTargetThatTheOldOneMightNotUse() {
        var rig = Rig()
        _ = rig.call("a", Self.forbidden)
        _ = rig.call("b", Self.tooMany(37_000, .target))
        rig.limits.rekey([rig.provider.name], at: rig.now)
        #expect(rig.limit("a") == nil && rig.limit("b")?.reason == .rate)
    }

    @Test func anotherKeyChangesNothingOfWhatElseIsWrong() {
        var rig = Rig()
        _ = rig.call("a", ProbeFailure(.quota, "used up"))
        rig.limits.rekey([rig.provider.name], at: rig.now)
        #expect(rig.limit("b")?.reason == .suspended)
        rig.pass(.seconds(3600))
        let trial = rig.begin("b")
        rig.limits.rekey([rig.provider.name], at: rig.now)
        #expect(Self.texts(rig.limits.end(trial[0], nil, at: rig.now)) == ["ended provider quota"])
    }

    @Test func retryAfterIsKeptToTheLetterUntilAReload() {
        var rig = Rig()
        let flights = rig.begin("a", "b", "c", "d")
        #expect(rig.limits.end(flights[0], Self.tooMany(7), at: rig.now).count == 1)
        rig.pass(.seconds(1))
        // One that was in flight asks for longer, one for less.
        #expect(
            Self.texts(rig.limits.end(flights[1], Self.tooMany(8), at: rig.now)) == ["prolonged provider rate_limited"])
        #expect(rig.limits.end(flights[2], Self.tooMany(1), at: rig.now) == [])
        #expect(rig.limits.end(flights[3], nil, at: rig.now) == [])
        #expect(rig.limit("e") == Limit(reason: .rate, until: .seconds(1009)))
        #expect(rig.report?.isSuspended == false)
        rig.pass(.milliseconds(7999))
        #expect(rig.limit("e")?.reason == .rate)
        rig.reload()
        #expect(Self.texts(rig.call("e", nil)) == ["ended provider rate_limited"])
    }

    @Test func withoutRetryAfterThePauseDoubles() {
        var rig = Rig()
        var pauses: [Duration] = []
        for _ in 0..<8 {
            #expect(rig.call("a", Self.tooMany(nil)) != nil)
            pauses.append((rig.limit("a")?.until ?? .start) - rig.now.uptime)
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
            pauses.append((rig.limit("a")?.until ?? .start) - rig.now.uptime)
            rig.pass(pauses.last ?? .zero)
        }
        #expect(pauses == [1, 2, 4, 8, 16, 24, 24].map { .seconds($0 * 3600) })
    }

    @Test func oneModelThatTheKeyMayNotUseKeepsNoOtherFromBeingCalled() {
        var rig = Rig()
        #expect(Self.texts(rig.call("a", Self.forbidden)) == ["began target auth"])
        #expect(rig.limit("a")?.reason == .suspended && rig.limit("b") == nil)
        #expect(rig.report == ProviderLimits(suspendedTargets: 1))
        // Nor does a second one.
        #expect(Self.texts(rig.call("b", Self.forbidden)) == ["began target auth"])
        #expect(rig.limit("c") == nil)
        rig.pass(.seconds(1799))
        #expect(rig.limit("a") != nil)
        rig.pass(.seconds(1))
        #expect(Self.texts(rig.call("a", Self.slow)) == ["prolonged target auth"])
        #expect(rig.limit("a")?.until == rig.now.uptime + .seconds(1800))
        rig.reload()
        #expect(Self.texts(rig.call("a", nil)) == ["ended target auth"])
        #expect(rig.limit("a") == nil)
    }

    /// A bare "unauthorized" may be one model's.
    @Test func anUnwordedRefusalIsOneTargetsUntilASecondIsRefusedAlike() {
        var rig = Rig()
        #expect(Self.texts(rig.call("a", Self.unauthorized)) == ["began target auth"])
        #expect(rig.limit("a") != nil && rig.limit("b") == nil)
        // An answer in between speaks against it, and so does what is said of one model.
        #expect(rig.call("c", nil) == [])
        #expect(Self.texts(rig.call("b", Self.unauthorized)) == ["began target auth"])
        #expect(Self.texts(rig.call("d", Self.forbidden)) == ["began target auth"])
        #expect(Self.texts(rig.call("e", Self.unauthorized)) == ["began target auth"])
        #expect(rig.limit("c") == nil)
        #expect(Self.texts(rig.call("f", Self.unauthorized)) == ["began provider auth", "began target auth"])
        #expect(rig.limit("c")?.until == rig.now.uptime + .seconds(30))
        rig.pass(.seconds(30))
        #expect(Self.texts(rig.call("c", nil)) == ["ended provider auth"])
        #expect(rig.limit("c") == nil && rig.limit("f") != nil)
    }

    /// With however many targets it is not tried.
    @Test func anUnwordedRefusalOfAllIsTriedEverLessOften() {
        var rig = Rig()
        for model in ["a", "b"] { _ = rig.call(model, Self.unauthorized) }
        var pauses: [Duration] = []
        for number in 0..<8 {
            pauses.append((rig.limit("m-\(number)")?.until ?? .start) - rig.now.uptime)
            rig.pass(pauses.last ?? .zero)
            #expect(rig.call("m-\(number)", Self.unauthorized) != nil)
        }
        #expect(pauses == [30, 60, 120, 240, 480, 960, 1800, 1800].map { .seconds($0) })
        rig.reload()
        #expect(Self.texts(rig.call("n", nil)) == ["ended provider auth"])
    }

    /// So that five slots can show that it is refused for good.
    @Test func aTargetThatIsRefusedIsCalledInFiveSlotsBeforeItRests() {
        var rig = Rig(interval: .seconds(10))
        for _ in 1...5 {
            #expect(rig.call("a", Self.forbidden) != nil)
            rig.pass(.seconds(10))
        }
        #expect(rig.limit("a")?.until == rig.now.uptime + .seconds(1790))
    }

    @Test func aModelThatThereIsNotIsAskedForOnceADay() {
        var rig = Rig()
        let gone = ProbeFailure(.notFound, "no such model")
        // Once that is confirmed, which the store knows.
        #expect(rig.call("a", gone) == [] && rig.call("a", gone) == [])
        #expect(Self.texts(rig.limits.notFound(rig.target("a"), at: rig.now)) == ["began target not_found"])
        #expect(rig.limits.notFound(rig.target("a"), at: rig.now) == [])
        var calls = 0
        for hour in 1...(24 * 10) {
            rig.pass(.seconds(3600))
            // Whatever the call brings that says nothing of the model, a day must pass.
            if rig.call("a", hour == 48 ? Self.slow : gone) != nil { calls += 1 }
            #expect(rig.limit("b") == nil)
        }
        #expect(calls == 10)
        rig.pass(.seconds(86_400))
        #expect(Self.texts(rig.call("a", nil)) == ["ended target not_found"])
    }

    @Test func whatAnotherInstanceLearnedOfAModelCounts() {
        var rig = Rig()
        _ = rig.limits.notFound(rig.target("a"), at: rig.now)
        #expect(rig.limit("a")?.reason == .suspended)
        #expect(Self.texts(rig.limits.observedElsewhere(rig.target("a"))) == ["ended target not_found"])
        #expect(rig.limit("a") == nil)
        // That another instance's key may use the model says nothing of this one's.
        _ = rig.call("a", Self.forbidden)
        #expect(rig.limits.observedElsewhere(rig.target("a")) == [])
        #expect(rig.limit("a") != nil)
    }

    @Test func oneTargetsLimitIsItsOwn() {
        var rig = Rig()
        #expect(Self.texts(rig.call("a", Self.tooMany(37_000, .target))) == ["began target rate_limited"])
        #expect(rig.limit("a") == Limit(reason: .rate, until: rig.now.uptime + .seconds(37_000)))
        // For as long as it lasts others are called, and no trial is made of the limited one.
        for _ in 0..<500 {
            rig.pass(.seconds(60))
            #expect(rig.call("b", nil) == [] && rig.call("a", nil) == nil)
        }
        rig.reload()
        #expect(rig.limit("a") == nil)
        #expect(Self.texts(rig.call("a", nil)) == ["ended target rate_limited"])
    }

    /// Whatever the account's limit asks for, another target tries within ten minutes.
    @Test func anAccountsLimitIsTriedByAnother() {
        var rig = Rig()
        _ = rig.call("a", Self.tooMany(37_000))
        #expect(rig.limit("b") == Limit(reason: .rate, until: rig.now.uptime + .seconds(600)))
        rig.pass(.seconds(600))
        #expect(Self.texts(rig.call("b", nil)) == ["ended provider rate_limited"])
        // To whom it was said waits for as long.
        #expect(rig.limit("a") == Limit(reason: .rate, until: .seconds(1000 + 37_000)))
    }

    @Test(arguments: [
        ProbeFailure(.rateLimited, "", retryAfter: .seconds(7000), scope: .provider),
        ProbeFailure(.rateLimited, "", retryAfter: .seconds(7000)),
        ProbeFailure(.quota, "", retryAfter: .seconds(7000)),
        ProbeFailure(.auth, "", retryAfter: .seconds(7000), scope: .target),
        ProbeFailure(.serverError, "", retryAfter: .seconds(7000)),
    ]) func whoIsToldToWaitWaitsForThatAtLeast(failure: ProbeFailure) {
        for others in [[], ["b"], ["b", "c"]] {
            var rig = Rig()
            let begin = rig.now.uptime
            for model in others + ["a"] { rig.enqueue(model) }
            for begun in rig.begin() { _ = rig.limits.end(begun, failure, at: rig.now) }
            while rig.now.uptime < begin + .seconds(6999) {
                #expect(rig.call("a", failure) == nil, "\(failure) after \(rig.now.uptime - begin)")
                rig.pass(.seconds(33))
            }
        }
    }

    /// What another instance was answered ends what this one met, but for its own key.
    @Test func anotherInstancesAnswerEndsWhatIsNotOfTheKey() {
        for (failureClass, isOver) in [(FailureClass.quota, true), (.rateLimited, true), (.auth, false)] {
            var rig = Rig()
            _ = rig.call("a", ProbeFailure(failureClass, "no", scope: .provider))
            #expect(rig.limit("b") != nil)
            _ = rig.limits.observedElsewhere(rig.target("b"))
            #expect((rig.limit("b") == nil) == isOver, "\(failureClass)")
        }
    }

    @Test func aSecondTargetThatIsLimitedMakesItTheProviders() {
        var rig = Rig()
        _ = rig.call("a", Self.tooMany(37_000, .target))
        let changes = rig.call("b", Self.tooMany(nil, .target))
        #expect(Self.texts(changes) == ["began provider rate_limited", "began target rate_limited"])
        // Not for as long as the first was told.
        #expect(rig.limit("c") == Limit(reason: .rate, until: rig.now.uptime + .seconds(15)))
        rig.pass(.seconds(15))
        // One that has not failed decides, although it came last.
        let trial = rig.begin("b", "c")
        #expect(trial.map(\.due.target.model) == ["c"] && trial[0].isTrial)
        #expect(Self.texts(rig.limits.end(trial[0], nil, at: rig.now)) == ["ended provider rate_limited"])
        _ = rig.limits.drain()
        #expect(rig.limit("a") != nil && rig.limit("c") == nil)
    }

    /// Failures of one target, or of two with an answer in between, are no provider's.
    @Test func whatIsNotAlikeStaysTheTargets() {
        let failures = [
            Self.slow, ProbeFailure(.serverError, "503"), ProbeFailure(.connection, "reset"), Self.tooMany(9, .target),
        ]
        for failure in failures {
            var rig = Rig()
            for _ in 1...9 {
                _ = rig.call("a", failure)
                rig.pass(.seconds(700))
            }
            #expect(rig.report?.standOff == nil, "\(failure)")
            rig = Rig()
            _ = rig.call("a", failure)
            _ = rig.call("b", nil)
            #expect(Self.texts(rig.call("c", failure)) == ["began target \(failure.failureClass.rawValue)"])
            #expect(rig.limit("d") == nil)
            // The third, with none in between.
            #expect(rig.call("d", failure)?.count == 2 && rig.limit("b") != nil, "\(failure)")
            rig = Rig()
            _ = rig.call("a", failure)
            rig.pass(.seconds(601))
            #expect(rig.call("b", failure)?.count == 1, "\(failure)")
        }
        // A refusal is each target's own.
        for failureClass in [FailureClass.address, .malformed, .invalidRequest, .noVersion, .notFound] {
            var rig = Rig()
            for model in ["a", "b", "c"] { #expect(rig.call(model, ProbeFailure(failureClass, "no")) == []) }
        }
    }

    @Test func anOutageLetsOneCallThroughWhenItsPauseIsOver() {
        var rig = Rig()
        let down = ProbeFailure(.serverError, "502")
        #expect(Self.texts(rig.call("a", down)) == ["began target server_error"])
        #expect(Self.texts(rig.call("b", down)) == ["began provider server_error", "began target server_error"])
        #expect(rig.limit("c") == Limit(reason: .suspended, until: rig.now.uptime + .seconds(30)))
        #expect(rig.report == ProviderLimits(standOff: .serverError))
        rig.pass(.seconds(30))
        let trial = rig.begin("c", "d")
        #expect(trial.count == 1)
        #expect(Self.texts(rig.limits.end(trial[0], Self.slow, at: rig.now))?.first == "prolonged provider timeout")
        // No longer as long as there are some that have not been tried.
        #expect(rig.begin().map(\.limit) == [Limit(reason: .suspended, until: rig.now.uptime + .seconds(30))])
        rig.pass(.seconds(30))
        _ = rig.call("a", down)
        #expect(rig.limit("e")?.until == rig.now.uptime + .seconds(60))
        rig.pass(.seconds(60))
        // Any answer of the provider's own shows that it is back.
        #expect(Self.texts(rig.call("e", ProbeFailure(.notFound, "no such model"))) == ["ended provider server_error"])
        #expect(rig.limit("f") == nil)
    }

    @Test func theTrialGoesRound() {
        var rig = Rig()
        for model in ["a", "b"] { _ = rig.call(model, Self.slow) }
        var trials: [String] = []
        for _ in 0..<6 {
            rig.pass(.seconds(600))
            let begun = rig.begin("a", "b", "c")
            #expect(begun.count == 1)
            trials += begun.map(\.due.target.model)
            _ = begun.map { rig.limits.end($0, Self.slow, at: rig.now) }
            _ = rig.limits.drain()
        }
        #expect(trials == ["c", "a", "b", "c", "a", "b"])
    }

    /// What was on its way when two targets failed alike, and is answered.
    @Test func anAnswerEndsWhatRestsOnLikeness() {
        var rig = Rig()
        let flights = rig.begin("a", "b", "c")
        _ = rig.limits.end(flights[0], Self.slow, at: rig.now)
        _ = rig.limits.end(flights[1], Self.slow, at: rig.now)
        #expect(rig.limit("d") != nil)
        #expect(Self.texts(rig.limits.end(flights[2], nil, at: rig.now)) == ["ended provider timeout"])
    }

    @Test func anOutageIsTriedInEachSlotWhereTheyAreShort() {
        var rig = Rig(interval: .seconds(2))
        for model in ["a", "b"] { _ = rig.call(model, Self.slow) }
        for _ in 0..<9 {
            #expect(rig.limit("c")?.until == rig.now.uptime + .seconds(2))
            rig.pass(.seconds(2))
            #expect(rig.call("a", Self.slow) != nil)
        }
    }

    @Test func aTargetsPausesGrow() {
        var rig = Rig()
        var pauses: [Duration] = []
        for _ in 0..<5 {
            #expect(rig.call("a", ProbeFailure(.connection, "refused")) != nil)
            pauses.append((rig.limit("a")?.until ?? .start) - rig.now.uptime)
            rig.pass(pauses.last ?? .zero)
        }
        #expect(pauses == [15, 60, 240, 600, 600].map { .seconds($0) })
        // A server that says for how long is believed.
        _ = rig.call("a", ProbeFailure(.serverError, "503", retryAfter: .seconds(1200)))
        #expect(rig.limit("a")?.until == rig.now.uptime + .seconds(1200))
    }

    @Test func theTrialDecidesWhatComesNext() {
        var rig = Rig()
        for model in ["a", "b"] { _ = rig.call(model, Self.slow) }
        rig.pass(.seconds(30))
        #expect(Self.texts(rig.call("c", ProbeFailure(.quota, "used up"))) == ["began provider quota"])
        rig.pass(.seconds(3600))
        #expect(Self.texts(rig.call("d", Self.auth)) == ["began provider auth"])
        #expect(rig.limits.kept([], at: rig.now).isEmpty && rig.report?.standOff == .auth)
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
        var changes = rig.limits.notFound(rig.target("gone"), at: rig.now)
        changes += rig.call("forbidden", Self.forbidden) ?? []
        changes += rig.call("busy", Self.tooMany(9000, .target)) ?? []
        changes += rig.call("any", Self.tooMany(7200)) ?? []
        let kept = rig.limits.kept(changes, at: rig.now)
        #expect(kept.count == 5)
        var later = Rig(rig.provider, standOffs: kept)
        #expect(later.limit("any")?.reason == .rate)
        later.pass(.seconds(7200))
        #expect(
            Self.texts(later.call("any", nil)) == ["ended provider rate_limited", "ended target rate_limited"])
        #expect(later.limit("gone")?.until == .seconds(1000 + 86_400))
        #expect(later.limit("busy")?.until == .seconds(1000 + 9000))
        // A credential has been read anew.
        #expect(later.limit("forbidden") == nil)
        #expect(later.report?.suspendedTargets == 3)
    }

    @Test func aRestartTriesARefusedCredentialOnce() {
        var rig = Rig()
        let kept = rig.limits.kept(rig.call("a", Self.auth) ?? [], at: rig.now)
        var later = Rig(rig.provider, standOffs: kept)
        let trial = later.begin("a", "b", "c")
        #expect(trial.map(\.isTrial) == [true])
        #expect(Self.texts(later.limits.end(trial[0], Self.auth, at: later.now)) == ["prolonged provider auth"])
        #expect(later.begin().map(\.limit?.reason) == [.suspended, .suspended])
    }

    @Test func aWrongClockKeepsNobodyWaitingForLongerThanADay() {
        let end = Timestamp(milliseconds: 9_000_000_000_000)
        var rig = Rig(
            standOffs: [StandOff.Kept(scope: .provider("openai"), cause: .quota, end: end, repetitions: 3)])
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
