/// Decides what is called, and when. Pure: what happens comes in with its time, and what is to be done comes out.
///
/// It owns the timetable, the limits, the stand-offs and what is known of every target. The metrics only count.
public struct Scheduler: Sendable {
    /// The timer is not set nearer than this to the tick before, so that a dense schedule costs a bounded number of wake-ups.
    private static let nearestTick: Duration = .milliseconds(2)
    /// How much later than it should something may be before the scheduler counts as stalled.
    private static let patience: Duration = .seconds(30)

    private var flow: ProbeFlow
    private var clockLead = ClockLead()
    private var publication = Publication()

    /// - Parameters:
    ///   - mayCall: `false` for an instance that only reads what others observe.
    ///   - storeCapacity: the most findings that wait for the store.
    ///   - seed: where the ids of leases begin. Two instances must not share it.
    public init(
        mayCall: Bool = true, storeCapacity: Int = 10_000, seed: UInt64 = .random(in: 0 ... .max)
    ) {
        flow = ProbeFlow(mayCall: mayCall, storeCapacity: storeCapacity, seed: seed)
    }

    /// Takes what happened at `now`.
    ///
    /// - Returns: what is to be done, in this order.
    public mutating func handle(_ input: SchedulerInput, at now: Moment) -> [Directive] {
        switch input {
        case .tick: tick(at: now)
        case .pulse: pulse(at: now)
        case .watchlist(let scheduled): replace(with: scheduled, at: now)
        case .admissions(let admissions):
            publication.noteChange()
            flow.take(admissions, at: now)
        case .ended(let ends):
            publication.noteChange()
            flow.take(ends, at: now)
        case .settled(let ids): flow.settled(ids)
        case .committed(let batch):
            publication.noteChange()
            for (entry, recorded) in batch { flow.take(entry, recorded, at: now) }
        case .storeFailing(let reason):
            publication.noteChange()
            flow.store.fail()
            flow.log(LogLine(.error, "store: \(SafeText(reason)); findings wait in memory until it works again"))
        case .storeRestored:
            publication.noteChange()
            flow.store.recover()
            flow.log(LogLine(.notice, "store: works again"))
        case .memory(let memory, let targets):
            publication.noteChange()
            flow.targets.restore(memory, of: targets)
        case .recheck(let scopes): flow.limits.recheck(scopes, at: now)
        case .rekeyed(let providers): flow.limits.rekey(providers, at: now)
        case .roundBegun:
            flow.round.begin(flow.timetable.dueTargets(at: now.wall))
            tick(at: now)
        case .roundLeft: flow.round.leave()
        case .stop: flow.stop(at: now)
        case .stopOverdue: flow.breakOff()
        }
        flow.begin(at: now)
        return flow.takeDirectives()
    }

    private mutating func tick(at now: Moment) {
        clockLead.see(now)
        guard !flow.isStopping else { return }
        let round = flow.timetable.due(at: now.wall)
        for (target, count) in round.missed { flow.counts.missed(target, count) }
        for due in round.due where due.slot.isConfirmation || flow.round.admits(due.target.id) {
            flow.limits.enqueue(due)
        }
    }

    /// Slots are taken anew where the clock was set far back.
    private mutating func pulse(at now: Moment) {
        for line in flow.targets.flushLines(at: now.uptime) { flow.log(line) }
        guard flow.timetable.realign(at: now.wall, setBack: clockLead.takeSetBack(at: now)) else { return }
        flow.log(LogLine(.warning, "the clock was set back by more than an interval: slots are taken anew"))
        flow.noteClockSetBack()
    }

    /// What is in flight ends under the list it began with; what waits for a target that is gone is dropped.
    private mutating func replace(with scheduled: ScheduledWatchlist, at now: Moment) {
        let watchlist = scheduled.watchlist
        flow.counts.replace(with: watchlist)
        flow.targets.replace(with: watchlist.targets, memory: scheduled.memory)
        let watched = Set(watchlist.targets.map(\.id))
        let sum = watchlist.providers.values.reduce(0) { $0 + $1.concurrency }
        let dropped = flow.limits.replace(
            workers: scheduled.workers ?? max(1, sum), providers: watchlist.providers.values, at: now
        ) { watched.contains($0) }
        for due in dropped { flow.timetable.end(due.target.id, slot: due.slot, at: now.wall) }
        let targets = flow.targets
        flow.timetable.replace(with: watchlist.targets, at: now.wall, spread: scheduled.spread) {
            targets[$0]?.lastSuccess
        }
        let standOffs = scheduled.standOffs.filter {
            $0.scope.target.map(watched.contains) ?? (watchlist.providers[$0.scope.provider] != nil)
        }
        flow.limits.restore(standOffs, at: now)
        for standOff in standOffs { flow.log(standOff.line(at: now)) }
        flow.round.keep(only: watched)
        publication.noteChange()
    }

    // MARK: questions

    /// When it is to be ticked, by the wall clock; `nil` for never.
    public func wake(at now: Moment) -> Timestamp? {
        guard !flow.isStopping else { return nil }
        let earliest = now.wall + Self.nearestTick
        var wakes: [Timestamp] = []
        if let due = flow.timetable.nextDue { wakes.append(max(due, earliest)) }
        // While the guard is asked its answer goes on with what could begin already; without a place in the store, a commit does.
        let isOpen = flow.askedSince == nil && flow.hasServable(at: now.uptime)
        if let next = flow.limits.nextTime, next > now.uptime || isOpen {
            wakes.append(max(now.wall + now.wait(until: next), earliest))
        }
        if let publish = publication.next(at: now.wall) { wakes.append(publish) }
        return wakes.min()
    }

    /// Whether what should have happened by now has: no due target waits that could be served, and no call is past its time. A
    /// provider or a store that fails makes nobody unhealthy.
    public func isHealthy(at now: Moment) -> Bool {
        if let next = flow.timetable.nextDue, next + Self.patience < now.wall { return false }
        if let asked = flow.askedSince {
            if asked + Self.patience < now.uptime { return false }
        } else if flow.hasServable(at: now.uptime - Self.patience) {
            return false
        }
        return flow.areCallsInTime(Self.patience, at: now)
    }

    /// Whether nothing is under way: no probe, and no question to the guard.
    public var isIdle: Bool { flow.isIdle }
    public var isStopping: Bool { flow.isStopping }
    /// Whether a run of one round has nothing left to do, or there is none.
    public var isRoundFinished: Bool { !flow.round.isUnderWay && flow.isIdle }

    /// How many targets have no version, or were skipped by a round.
    public var failedTargets: Int { flow.targets.failed + flow.round.skipped }

    /// The targets of which something later than now is known.
    public func targetsAhead(of now: Timestamp) -> [TargetID] { flow.targets.ahead(of: now) }

    /// The targets that nothing is known of here yet, of those of `watchlist`.
    public func unknownTargets(of watchlist: Watchlist) -> [TargetID] {
        watchlist.targets.map(\.id).filter { !flow.targets.isKnown($0) }
    }

    /// Whether the probe of `target`, which is in flight, may make one more call; it then counts towards the rate.
    public mutating func mayGoOn(_ target: Target, at now: Moment) -> Bool { flow.limits.goOn(target, at: now) }

    // MARK: what it shows

    /// Says that something else that the metrics show has changed.
    public mutating func noteChange() { publication.noteChange() }

    /// The counts, the states and the load now.
    public var view: MetricsSnapshot {
        MetricsSnapshot(
            counts: flow.counts, memories: flow.targets.memories, limits: flow.limits.report,
            workers: flow.limits.workers,
            inFlight: flow.inFlight, waiting: flow.limits.waiting, nextDue: flow.timetable.nextDue,
            number: publication.number)
    }

    /// A snapshot for the textfile, where a new one is due: something changed, and the last one is 15 s old.
    ///
    /// - Parameter isForced: whether one is due anyhow.
    public mutating func takeSnapshot(isForced: Bool, at now: Timestamp) -> MetricsSnapshot? {
        publication.take(isForced: isForced, at: now) ? view : nil
    }
}
