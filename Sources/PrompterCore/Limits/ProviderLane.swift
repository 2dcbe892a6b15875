import DequeModule

/// One provider's due targets that wait for a place, and its limits.
struct ProviderLane: Sendable {
    let provider: String
    private(set) var concurrency: Int
    private(set) var inFlight = 0
    /// What is due, and behind it what somebody asked for beside the schedule.
    private(set) var waiting = Deque<Due>()
    private var rate: TokenBucket?
    private(set) var standOffs = ProviderStandOffs()
    /// Whose call decides whether the provider is called again.
    private var trial: TargetID?
    /// Counts the lists that were put in force, and the keys.
    private var generation = 0

    init(_ provider: Provider) {
        self.provider = provider.name
        concurrency = provider.concurrency
        rate = provider.requestsPerMinute.map(TokenBucket.init)
    }

    /// Whether nothing would be lost with it.
    var isIdle: Bool { inFlight == 0 && waiting.isEmpty }

    // MARK: what waits

    /// Queues `due`. What is due takes the place of what was asked of its target beside the schedule, of which there is one at most.
    mutating func enqueue(_ due: Due) {
        let firstBeside = (waiting.lastIndex { !Self.isBeside($0) } ?? -1) + 1
        let asked = waiting[firstBeside...].firstIndex { $0.target.id == due.target.id }
        if Self.isBeside(due) {
            if asked == nil { waiting.append(due) }
        } else {
            if !due.slot.isConfirmation, let asked { waiting.remove(at: asked) }
            waiting.insert(due, at: firstBeside)
        }
    }

    /// Drops what was asked for beside the schedule of targets that `isAsked` denies.
    mutating func dropBeside(isAsked: (TargetID) -> Bool) {
        waiting.removeAll { Self.isBeside($0) && !isAsked($0.target.id) }
    }

    private static func isBeside(_ due: Due) -> Bool { due.isExtra && !due.slot.isConfirmation }

    /// Takes out what waits.
    mutating func drain() -> [Due] {
        defer { waiting = [] }
        return waiting.reduce(into: []) { $0.append($1) }
    }

    /// Whether the first that waits could begin if a worker is free.
    func isServable(at uptime: Uptime) -> Bool {
        nextTime.map { $0 <= uptime } ?? false
    }

    /// When the first that waits may begin, as far as time decides; `nil` where nothing waits, or for another
    /// call's end.
    var nextTime: Uptime? {
        guard !waiting.isEmpty, inFlight < concurrency, trial == nil else { return nil }
        return rate?.next ?? .start
    }

    /// Takes out the first that waits, where its turn has come: those that may not be called need no place.
    mutating func begin(at uptime: Uptime, hasWorker: Bool) -> ProbeTurn? {
        guard let due = waiting.first else { return nil }
        if let limit = limit(on: due.target.id, at: uptime) {
            return ProbeTurn(due: waiting.removeFirst(), limit: limit, generation: generation)
        }
        // Nobody is called for it.
        if !due.mayCall { return ProbeTurn(due: waiting.removeFirst(), generation: generation) }
        guard hasWorker, inFlight < concurrency, trial == nil, takeToken(at: uptime) else { return nil }
        inFlight += 1
        guard standOffs.whole != nil, let index = standOffs.chooseTrial(among: waiting, at: uptime) else {
            return ProbeTurn(due: waiting.removeFirst(), hasPlace: true, generation: generation)
        }
        trial = waiting[index].target.id
        return ProbeTurn(due: waiting.remove(at: index), isTrial: true, hasPlace: true, generation: generation)
    }

    /// Takes out what waits for `target` beside confirmations.
    mutating func withdraw(_ target: TargetID) -> Due? {
        waiting.firstIndex { $0.target.id == target && !$0.slot.isConfirmation }.map { waiting.remove(at: $0) }
    }

    /// Begins `due` past all limits; it counts towards them, and where the provider is left alone it decides as a trial does.
    mutating func force(_ due: Due, at uptime: Uptime) -> ProbeTurn {
        inFlight += 1
        rate?.charge(at: uptime)
        let isTrial = standOffs.whole != nil
        if isTrial, trial == nil { trial = due.target.id }
        return ProbeTurn(due: due, isTrial: isTrial, hasPlace: true, generation: generation)
    }

    private mutating func takeToken(at uptime: Uptime) -> Bool {
        rate?.take(at: uptime) ?? true
    }

    /// Whether a probe that was begun may make one more call; it then counts towards the rate.
    ///
    /// - Parameter isForced: whether it may in any case.
    mutating func goOn(_ target: TargetID, isForced: Bool, at uptime: Uptime) -> Bool {
        guard isForced || limit(on: target, at: uptime) == nil else { return false }
        rate?.charge(at: uptime)
        return true
    }

    // MARK: what is known

    /// When the rate lets the next call begin; `nil` where it lets one now.
    func nextByRate(at uptime: Uptime) -> Uptime? {
        rate.flatMap { $0.next > uptime ? $0.next : nil }
    }

    /// Whether the rate is what calls wait for.
    func isRateBound(at uptime: Uptime) -> Bool {
        nextByRate(at: uptime) != nil
    }

    /// What keeps `target` from being called.
    func limit(on target: TargetID, at uptime: Uptime) -> Limit? {
        standOffs.limit(on: target, at: uptime)
    }

    /// Because of which `target` is not called.
    func standOff(on target: TargetID, at uptime: Uptime) -> StandOff? {
        standOffs.standOff(on: target, at: uptime)
    }

    var report: ProviderLimits {
        ProviderLimits(
            standOff: standOffs.whole?.cause,
            suspendedTargets: standOffs.targets.values.count { !$0.cause.isOutage })
    }

    // MARK: what calls bring

    /// Takes back the place of one that was not called.
    mutating func cancel(_ begun: ProbeTurn) {
        giveBack(begun)
        rate?.putBack()
    }

    /// Takes back the place of a call that ended, and what it shows.
    ///
    /// - Parameter failure: `nil` for a success.
    mutating func end(_ begun: ProbeTurn, _ failure: ProbeFailure?, at uptime: Uptime) -> [StandOffChange] {
        let isTrial = giveBack(begun)
        // A refusal of the credential before says nothing of the one that there is now.
        if failure?.failureClass == .auth, begun.generation != generation { return [] }
        return standOffs.take(begun.due.target, failure, isTrial: isTrial, at: uptime)
    }

    /// - Returns: whether it was the trial that is under way.
    @discardableResult
    private mutating func giveBack(_ begun: ProbeTurn) -> Bool {
        inFlight -= 1
        guard begun.isTrial, begun.generation == generation else { return false }
        if trial == begun.due.target.id { trial = nil }
        return true
    }

    /// Leaves `target` alone, whose model the provider does not know: that is confirmed.
    mutating func rest(_ target: Target, _ failure: ProbeFailure, at uptime: Uptime) -> [StandOffChange] {
        standOffs.rest(target, failure, at: uptime)
    }

    /// Takes note that another instance was answered for `target`.
    mutating func observedElsewhere(_ target: TargetID) -> [StandOffChange] {
        standOffs.observedElsewhere(target)
    }

    mutating func recheck(_ scope: StandOff.Scope, at uptime: Uptime) {
        standOffs.recheck(scope, at: uptime)
    }
}

// MARK: lists and restarts

extension ProviderLane {
    /// Takes over what the list that is put in force says, and allows a trial of each stand-off at once.
    mutating func replace(with provider: Provider, at uptime: Uptime) {
        concurrency = provider.concurrency
        if rate?.requestsPerMinute != provider.requestsPerMinute {
            rate = provider.requestsPerMinute.map {
                rate?.resized(requestsPerMinute: $0) ?? TokenBucket(requestsPerMinute: $0)
            }
        }
        generation += 1
        trial = nil
        standOffs.recheck(at: uptime)
    }

    /// Takes note that the key is another, and allows a trial at once where the one before was refused.
    mutating func rekey(at uptime: Uptime) {
        standOffs.recheck(.auth, at: uptime)
        // A trial for another cause goes on.
        guard trial == nil || standOffs.whole?.cause == .auth else { return }
        generation += 1
        trial = nil
    }

    /// Drops what is known of targets that `isWatched` denies.
    ///
    /// - Returns: those that waited.
    mutating func drop(isWatched: (TargetID) -> Bool) -> [Due] {
        standOffs.drop(isWatched: isWatched)
        let dropped: [Due] = waiting.reduce(into: []) { if !isWatched($1.target.id) { $0.append($1) } }
        if !dropped.isEmpty { waiting.removeAll { !isWatched($0.target.id) } }
        return dropped
    }

    /// Takes back a stand-off that stood before a restart.
    mutating func restore(_ kept: StandOff.Kept, at now: Moment) {
        standOffs.restore(kept, at: now)
    }

    /// Takes over what the store has of a target that is not watched.
    mutating func learn(_ kept: StandOff.Kept, at now: Moment) { standOffs.learn(kept, at: now) }
}

/// How a provider's limits stand at one moment.
public struct ProviderLimits: Hashable, Sendable {
    /// Why the whole provider is left alone; `nil` where it is not.
    public var standOff: FailureClass?
    /// How many of its targets are left alone by themselves, those left out that got no answer.
    public var suspendedTargets: Int

    public init(standOff: FailureClass? = nil, suspendedTargets: Int = 0) {
        self.standOff = standOff
        self.suspendedTargets = suspendedTargets
    }

    /// Whether its credential was refused or its quota is used up.
    public var isSuspended: Bool { standOff == .auth || standOff == .quota }
}
