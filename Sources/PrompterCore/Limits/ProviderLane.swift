internal import DequeModule

/// One provider's due targets that wait for a place, and its limits.
struct ProviderLane: Sendable {
    let provider: String
    private(set) var concurrency: Int
    private(set) var inFlight = 0
    private(set) var waiting = Deque<Due>()
    private var rate: TokenBucket?
    private var breaker = Breaker()
    /// By their cause.
    private var suspensions: [FailureClass: Suspension] = [:]
    private var targetSuspensions: [TargetID: Suspension] = [:]
    private var isTrialInFlight = false
    /// Counts the lists that were put in force.
    private var generation = 0

    init(_ provider: Provider) {
        self.provider = provider.name
        concurrency = provider.concurrency
        rate = provider.requestsPerMinute.map(TokenBucket.init)
    }

    /// Whether nothing would be lost with it.
    var isIdle: Bool { inFlight == 0 && waiting.isEmpty }

    // MARK: what waits

    mutating func enqueue(_ due: Due) {
        waiting.append(due)
    }

    /// Takes out what waits.
    mutating func drain() -> [Due] {
        defer { waiting = [] }
        return waiting.reduce(into: []) { $0.append($1) }
    }

    /// Whether the first that waits could begin if a worker is free.
    func isServable(at uptime: Duration) -> Bool {
        nextTime.map { $0 <= uptime } ?? false
    }

    /// When the first that waits may begin, in uptime, as far as time decides; `nil` where nothing waits, or for another
    /// call's end.
    var nextTime: Duration? {
        guard !waiting.isEmpty, inFlight < concurrency, !isTrialInFlight else { return nil }
        return rate?.next ?? .zero
    }

    /// Takes out the first that waits, where its turn has come: those that may not be called need no place.
    mutating func begin(at uptime: Duration, hasWorker: Bool) -> Begun? {
        guard let due = waiting.first else { return nil }
        if let limit = limit(on: due.target.id, at: uptime) {
            return Begun(due: waiting.removeFirst(), limit: limit, generation: generation)
        }
        // Nobody is called for it.
        if !due.mayCall { return Begun(due: waiting.removeFirst(), generation: generation) }
        guard hasWorker, inFlight < concurrency, !isTrialInFlight, takeToken(at: uptime) else { return nil }
        inFlight += 1
        isTrialInFlight = isInDoubt
        return Begun(
            due: waiting.removeFirst(), isTrial: isTrialInFlight, hasPlace: true, generation: generation)
    }

    private mutating func takeToken(at uptime: Duration) -> Bool {
        rate?.take(at: uptime) ?? true
    }

    /// Whether a probe that was begun may make one more call; it then counts towards the rate.
    mutating func goOn(_ target: TargetID, at uptime: Duration) -> Bool {
        guard limit(on: target, at: uptime) == nil else { return false }
        rate?.charge(at: uptime)
        return true
    }

    // MARK: what is known

    /// Whether the rate is what calls wait for.
    func isRateBound(at uptime: Duration) -> Bool {
        rate.map { $0.next > uptime } ?? false
    }

    /// Whether the next call is to decide whether more are made.
    private var isInDoubt: Bool { breaker.isBroken || !suspensions.isEmpty }

    /// What keeps `target` from being called: of several the one that lasts longest.
    func limit(on target: TargetID, at uptime: Duration) -> Limit? {
        guard isInDoubt || !targetSuspensions.isEmpty else { return nil }
        var limits = suspensions.values.map(Self.limit)
        if let own = targetSuspensions[target] { limits.append(Self.limit(own)) }
        if breaker.isBroken { limits.append(Limit(reason: .breaker, until: breaker.until)) }
        return limits.filter { $0.until > uptime }.max { $0.until < $1.until }
    }

    private static func limit(_ suspension: Suspension) -> Limit {
        Limit(reason: suspension.cause == .rateLimited ? .rate : .suspended, until: suspension.until)
    }

    func report(at uptime: Duration) -> ProviderLimits {
        var report = ProviderLimits()
        report.breaker = breaker.state(at: uptime)
        report.isSuspended = suspensions.keys.contains { $0 != .rateLimited }
        report.suspendedTargets = targetSuspensions.count
        return report
    }

    // MARK: what calls bring

    /// Takes back the place of one that was not called.
    mutating func cancel(_ begun: Begun) {
        giveBack(begun)
        rate?.putBack()
    }

    /// Takes back the place of a call that ended, and what it shows.
    ///
    /// - Parameter failure: `nil` for a success.
    mutating func end(_ begun: Begun, _ failure: ProbeFailure?, at uptime: Duration) -> [LimitsChange] {
        let isTrial = giveBack(begun)
        var changes: [LimitsChange] = []
        let failureClass = failure?.failureClass
        let wasBroken = breaker.isBroken
        breaker.take(isOutage: failureClass?.isOutage == true, isTrial: isTrial, at: uptime)
        if breaker.isBroken != wasBroken {
            changes.append(
                wasBroken
                    ? .mended(provider: provider) : .broke(provider: provider, pause: breaker.pause ?? .zero))
        }
        // A refusal of the credential before this list's says nothing of this list's.
        let isOfOldCredential = failureClass == .auth && begun.generation != generation
        if let failure, failure.isProviderWide, !isOfOldCredential {
            changes += suspend(for: failure, isTrial: isTrial, at: uptime)
        }
        if isTrial { changes += decide(failureClass, isAnswered: failure?.showsService ?? true, at: uptime) }
        changes += takeTarget(begun.due.target, failure, isOfOldCredential: isOfOldCredential, at: uptime)
        return changes
    }

    /// - Returns: whether it was the trial that is under way.
    @discardableResult
    private mutating func giveBack(_ begun: Begun) -> Bool {
        inFlight -= 1
        guard begun.isTrial, begun.generation == generation else { return false }
        isTrialInFlight = false
        return true
    }

    private mutating func suspend(for failure: ProbeFailure, isTrial: Bool, at uptime: Duration) -> [LimitsChange] {
        let cause = failure.failureClass
        guard var suspension = suspensions[cause] else {
            let suspension = Suspension(cause, retryAfter: failure.retryAfter, at: uptime)
            suspensions[cause] = suspension
            return [.suspended(provider: provider, suspension)]
        }
        if isTrial {
            suspension.repeat(retryAfter: failure.retryAfter, at: uptime)
        } else if let time = failure.retryAfter {
            suspension.extend(for: time, at: uptime)
        }
        suspensions[cause] = suspension
        return []
    }

    /// Ends the suspensions where the trial was answered as only a service that is open to this instance answers; else those
    /// that it says nothing of go on.
    private mutating func decide(_ failure: FailureClass?, isAnswered: Bool, at uptime: Duration) -> [LimitsChange] {
        if isAnswered {
            defer { suspensions = [:] }
            return suspensions.keys.sorted { $0.rawValue < $1.rawValue }.map { .resumed(provider: provider, $0) }
        }
        for (cause, suspension) in suspensions where cause != failure && suspension.until <= uptime {
            suspensions[cause]?.renew(at: uptime)
        }
        return []
    }

    private mutating func takeTarget(
        _ target: Target, _ failure: ProbeFailure?, isOfOldCredential: Bool, at uptime: Duration
    ) -> [LimitsChange] {
        if let failure, failure.isTargetsOwn {
            return isOfOldCredential ? [] : suspend(target, failure.failureClass, at: uptime)
        }
        guard let suspension = targetSuspensions[target.id] else { return [] }
        guard failure.map(\.showsService) ?? true else {
            if suspension.until <= uptime { targetSuspensions[target.id]?.renew(at: uptime) }
            return []
        }
        targetSuspensions[target.id] = nil
        return [.targetResumed(target, suspension.cause)]
    }

    private mutating func suspend(_ target: Target, _ cause: FailureClass, at uptime: Duration) -> [LimitsChange] {
        if targetSuspensions[target.id]?.cause == cause {
            targetSuspensions[target.id]?.repeat(at: uptime)
            return []
        }
        let suspension = Suspension(cause, at: uptime)
        targetSuspensions[target.id] = suspension
        return [.targetSuspended(target, suspension)]
    }

    /// Takes what another instance learned of `target`: whether there is such a model is the same for all.
    ///
    /// - Parameter failure: `nil` for an observation.
    mutating func take(_ target: Target, _ failure: FailureClass?, at uptime: Duration) -> [LimitsChange] {
        switch failure {
        case .notFound: return suspend(target, .notFound, at: uptime)
        case nil where targetSuspensions[target.id]?.cause == .notFound:
            targetSuspensions[target.id] = nil
            return [.targetResumed(target, .notFound)]
        default: return []
        }
    }
}

// MARK: lists and restarts

extension ProviderLane {
    /// Takes over what the list that is put in force says, and lets one call decide of each suspension at once: what kept
    /// calls from being made may be mended by it.
    mutating func replace(with provider: Provider, at uptime: Duration) {
        concurrency = provider.concurrency
        if rate?.requestsPerMinute != provider.requestsPerMinute {
            rate = provider.requestsPerMinute.map {
                rate?.resized(requestsPerMinute: $0) ?? TokenBucket(requestsPerMinute: $0)
            }
        }
        generation += 1
        isTrialInFlight = false
        breaker.recheck(at: uptime)
        for cause in suspensions.keys { suspensions[cause]?.recheck(at: uptime) }
        for target in targetSuspensions.keys { targetSuspensions[target]?.recheck(at: uptime) }
    }

    /// Drops what is known of targets that `isWatched` denies.
    ///
    /// - Returns: those that waited.
    mutating func drop(isWatched: (TargetID) -> Bool) -> [Due] {
        targetSuspensions = targetSuspensions.filter { isWatched($0.key) }
        let dropped: [Due] = waiting.reduce(into: []) { if !isWatched($1.target.id) { $0.append($1) } }
        if !dropped.isEmpty { waiting.removeAll { !isWatched($0.target.id) } }
        return dropped
    }

    /// Takes back what stood before a restart. A credential has been read anew since, so one call decides of it at once.
    mutating func restore(_ standing: StandingSuspension, at now: Moment) {
        guard let notBefore = standing.notBefore else { return }
        let rest = standing.cause == .auth ? .zero : notBefore - now.wall
        let suspension = Suspension(
            standing.cause, repetitions: standing.repetitions, rest: rest, at: now.uptime)
        switch standing.scope {
        case .provider: suspensions[standing.cause] = suspension
        case .target(let target, _): targetSuspensions[target] = suspension
        }
    }

    /// What must survive a restart.
    func standing(at now: Moment) -> [StandingSuspension] {
        suspensions.values.map { stand($0, .provider(provider), at: now) }
            + targetSuspensions.map { stand($1, .target($0, provider: provider), at: now) }
    }

    func standing(of target: TargetID, at now: Moment) -> [StandingSuspension] {
        suspensions.values.map { stand($0, .provider(provider), at: now) }
            + (targetSuspensions[target].map { [stand($0, .target(target, provider: provider), at: now)] } ?? [])
    }

    private func stand(
        _ suspension: Suspension, _ scope: StandingSuspension.Scope, at now: Moment
    ) -> StandingSuspension {
        StandingSuspension(
            scope: scope, cause: suspension.cause, notBefore: now.wall + (suspension.until - now.uptime),
            repetitions: suspension.repetitions)
    }
}
