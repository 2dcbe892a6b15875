internal import DequeModule

/// What may keep a due target from being called, between due and admission: how many calls are in flight, in all and for each
/// provider; each provider's rate and stand-offs. Waiting happens here and costs no worker.
///
/// A target waits here for what ends soon: another call, the next token, the trial that decides of its provider. For what
/// lasts longer it is given out with the ``Limit``, to be asked for again later, so that it still learns what other instances
/// observe.
public struct Limits: Sendable {
    /// How many calls may be in flight, over all providers.
    public private(set) var workers: Int
    public private(set) var inFlight = 0
    private var lanes: [String: ProviderLane] = [:]
    /// Names of lanes that may have a call to begin, in turn, so that no provider starves another.
    private var turn = Deque<String>()

    /// - Parameter workers: at least 1.
    public init(workers: Int) {
        self.workers = workers
    }

    /// How many due targets wait for a place.
    public var waiting: Int { lanes.values.reduce(0) { $0 + $1.waiting.count } }

    /// Whether some due target could have begun at `uptime`.
    public func hasServable(at uptime: Uptime) -> Bool {
        inFlight < workers && lanes.values.contains { $0.isServable(at: uptime) }
    }

    /// When the next of those that wait may begin, as far as time decides and not the end of another call; `nil` for
    /// never. It may be in the past.
    public var nextTime: Uptime? {
        inFlight < workers ? lanes.values.compactMap(\.nextTime).min() : nil
    }

    /// Takes over what `providers` allow, allows a trial of each stand-off at once, and drops what waits for a target that
    /// `isWatched` denies.
    ///
    /// - Returns: the dropped ones.
    public mutating func replace(
        workers: Int, providers: some Sequence<Provider>, at now: Moment, isWatched: (TargetID) -> Bool
    ) -> [Due] {
        self.workers = workers
        var dropped: [Due] = []
        var names: Set<String> = []
        for provider in providers {
            names.insert(provider.name)
            lanes[provider.name, default: ProviderLane(provider)].replace(with: provider, at: now.uptime)
        }
        for name in lanes.keys { dropped += lanes[name]?.drop(isWatched: isWatched) ?? [] }
        lanes = lanes.filter { names.contains($0.key) || !$0.value.isIdle }
        turn.removeAll { lanes[$0]?.waiting.isEmpty != false }
        return dropped
    }

    /// Queues `due` behind what waits already, an extra one behind all that is not.
    public mutating func enqueue(_ due: Due) {
        let name = due.target.provider.name
        if lanes[name]?.waiting.isEmpty != false { turn.append(name) }
        lanes[name, default: ProviderLane(due.target.provider)].enqueue(due)
    }

    /// Drops the extra ones of targets that `isAsked` denies.
    public mutating func dropExtra(isAsked: (TargetID) -> Bool) {
        for name in lanes.keys { lanes[name]?.dropBeside(isAsked: isAsked) }
        turn.removeAll { lanes[$0]?.waiting.isEmpty != false }
    }

    /// Takes out those whose turn has come, provider by provider. Each that has no ``ProbeTurn/limit`` is counted as in flight
    /// until ``end(_:_:at:)`` or ``cancel(_:)``.
    ///
    /// - Parameter most: at most so many.
    public mutating func begin(at now: Moment, most: Int = .max) -> [ProbeTurn] {
        var begun: [ProbeTurn] = []
        var idle = 0
        while idle < turn.count, begun.count < most, let name = turn.popFirst() {
            // In place: a lane that is copied copies all that waits in it.
            let next = lanes[name]?.begin(at: now.uptime, hasWorker: inFlight < workers)
            if let next {
                if next.hasPlace { inFlight += 1 }
                begun.append(next)
                idle = 0
            }
            guard lanes[name]?.waiting.isEmpty == false else { continue }
            turn.append(name)
            if next == nil { idle += 1 }
        }
        return begun
    }

    /// Takes out what waits for `target` beside confirmations.
    public mutating func withdraw(_ target: Target) -> Due? {
        let name = target.provider.name
        defer { if lanes[name]?.waiting.isEmpty != false { turn.removeAll { $0 == name } } }
        return lanes[name]?.withdraw(target.id)
    }

    /// Begins `due` past all limits; it counts towards them, and is ended like any other.
    public mutating func force(_ due: Due, at now: Moment) -> ProbeTurn {
        inFlight += 1
        let provider = due.target.provider
        return lanes[provider.name, default: ProviderLane(provider)].force(due, at: now.uptime)
    }

    /// Because of which `target` is not called now; `nil` where it may be.
    public func standOff(on target: Target, at now: Moment) -> StandOff? {
        lanes[target.provider.name]?.standOff(on: target.id, at: now.uptime)
    }

    /// What keeps `begun` from being called now: a failure may have been read since it began.
    public func limit(on begun: ProbeTurn, at now: Moment) -> Limit? {
        lanes[begun.due.target.provider.name]?.limit(on: begun.due.target.id, at: now.uptime)
    }

    /// Whether the probe of `target`, which was begun, may make one more call: a failure of another may have been read since.
    ///
    /// - Parameter isForced: whether it may in any case.
    public mutating func goOn(_ target: Target, isForced: Bool = false, at now: Moment) -> Bool {
        lanes[target.provider.name]?.goOn(target.id, isForced: isForced, at: now.uptime) ?? true
    }

    /// When its rate lets `provider` be called next; `nil` where it does now.
    public func nextByRate(of provider: String, at now: Moment) -> Uptime? {
        lanes[provider]?.nextByRate(at: now.uptime)
    }

    /// Whether calls of `provider` wait for its rate.
    public func isRateBound(_ provider: String, at now: Moment) -> Bool {
        lanes[provider]?.isRateBound(at: now.uptime) ?? false
    }

    /// Says that `begun` was not called.
    public mutating func cancel(_ begun: ProbeTurn) {
        guard begun.hasPlace else { return }
        inFlight -= 1
        lanes[begun.due.target.provider.name]?.cancel(begun)
    }

    /// Says that the call of `begun` has ended.
    ///
    /// - Parameter failure: `nil` for a success.
    /// - Returns: what that changed.
    public mutating func end(_ begun: ProbeTurn, _ failure: ProbeFailure?, at now: Moment) -> [StandOffChange] {
        guard begun.hasPlace else { return [] }
        inFlight -= 1
        return lanes[begun.due.target.provider.name]?.end(begun, failure, at: now.uptime) ?? []
    }

    /// Leaves `target` alone, whose model the provider does not know: that is confirmed.
    ///
    /// - Returns: what that changed.
    public mutating func notFound(_ target: Target, at now: Moment) -> [StandOffChange] {
        lanes[target.provider.name]?.rest(target, ProbeFailure(.notFound, ""), at: now.uptime) ?? []
    }

    /// Takes note that another instance was answered for `target`.
    ///
    /// - Returns: what that changed.
    public mutating func observedElsewhere(_ target: Target) -> [StandOffChange] {
        lanes[target.provider.name]?.observedElsewhere(target.id) ?? []
    }

    /// Allows a trial of each of `scopes` at once: somebody else found that it may be over.
    public mutating func recheck(_ scopes: some Sequence<StandOff.Scope>, at now: Moment) {
        for scope in scopes { lanes[scope.provider]?.recheck(scope, at: now.uptime) }
    }

    /// Allows a trial at once of what `providers` refused the key for, which is another now.
    public mutating func rekey(_ providers: some Sequence<String>, at now: Moment) {
        for provider in providers { lanes[provider]?.rekey(at: now.uptime) }
    }

    /// Takes out everything that waits.
    public mutating func drain() -> [Due] {
        turn = []
        return lanes.keys.flatMap { lanes[$0]?.drain() ?? [] }
    }

    /// How each provider's limits stand.
    public var report: [String: ProviderLimits] { lanes.mapValues(\.report) }

    /// Takes back what stood before a restart, after the list was put in force. What is of no provider of the list is left.
    public mutating func restore(_ kept: some Sequence<StandOff.Kept>, at now: Moment) {
        for standOff in kept { lanes[standOff.scope.provider]?.restore(standOff, at: now) }
    }

    /// Takes over what the store has of `target`, which is not watched; what stands here already is later.
    public mutating func learn(_ kept: some Sequence<StandOff.Kept>, of target: Target, at now: Moment) {
        let provider = target.provider
        for standOff in kept where standOff.scope.concerns(target) {
            lanes[provider.name, default: ProviderLane(provider)].learn(standOff, at: now)
        }
    }

    /// How what `changes` changed is to be kept, for a restart.
    public func kept(_ changes: [StandOffChange], at now: Moment) -> [StandOff.Kept] {
        changes.map { $0.kept(at: now) }
    }
}
