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
        flow = ProbeFlow(SchedulerState(mayCall: mayCall, storeCapacity: storeCapacity, seed: seed))
    }

    /// Takes what happened at `now`.
    ///
    /// - Returns: what is to be done, in this order.
    public mutating func handle(_ input: SchedulerInput, at now: Moment) -> [Directive] {
        flow.state.add(flow.state.questions.expire(at: now.uptime))
        switch input {
        case .question(let question): flow.state.ask(question, at: now)
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
            for (entry, recorded) in batch { flow.state.take(entry, recorded, at: now) }
        case .storeFailing(let reason):
            publication.noteChange()
            flow.state.store.fail(reason)
            flow.state.add(flow.state.questions.fail(reason))
            flow.state.log(
                LogLine(.error, "store: \(SafeText(reason)); findings are kept in memory until it works again"))
        case .storeRestored:
            publication.noteChange()
            flow.state.store.recover()
            flow.state.log(LogLine(.notice, "store: works again"))
        case .memory(let memory, let targets):
            publication.noteChange()
            flow.state.targets.restore(memory, of: targets)
        case .recheck(let scopes): flow.state.limits.recheck(scopes, at: now)
        case .rekeyed(let providers): flow.state.limits.rekey(providers, at: now)
        case .roundBegun:
            flow.state.round.begin(flow.state.timetable.dueTargets(at: now.wall))
            tick(at: now)
        case .roundLeft: flow.state.round.leave()
        case .stop: flow.state.stop(at: now)
        case .stopOverdue: flow.state.add(.breakOff)
        }
        flow.begin(at: now)
        return flow.state.takeDirectives()
    }

    private mutating func tick(at now: Moment) {
        clockLead.see(now)
        guard !flow.state.isStopping else { return }
        let round = flow.state.timetable.due(at: now.wall)
        for (target, count) in round.missed { flow.state.counts.missed(target, count) }
        for due in round.due where due.slot.isConfirmation || flow.state.round.admits(due.target.id) {
            flow.state.limits.enqueue(due)
        }
    }

    /// Slots are taken anew where the clock was set far back.
    private mutating func pulse(at now: Moment) {
        for line in flow.state.targets.flushLines(at: now.uptime) { flow.state.log(line) }
        guard flow.state.timetable.realign(at: now.wall, setBack: clockLead.takeSetBack(at: now)) else { return }
        flow.state.log(LogLine(.warning, "the clock was set back by more than an interval: slots restarted"))
        flow.state.add(.noteClockSetBack)
    }

    /// What is in flight ends under the list it began with; what waits for a target that is gone is dropped.
    private mutating func replace(with scheduled: ScheduledWatchlist, at now: Moment) {
        let watchlist = scheduled.watchlist
        flow.state.counts.replace(with: watchlist)
        flow.state.targets.replace(with: watchlist.targets, memory: scheduled.memory)
        let watched = Set(watchlist.targets.map(\.id))
        let sum = watchlist.providers.values.reduce(0) { $0 + $1.concurrency }
        let questions = flow.state.questions
        let dropped = flow.state.limits.replace(
            workers: scheduled.workers ?? max(1, sum), providers: watchlist.providers.values, at: now
        ) { watched.contains($0) || questions.wait(on: $0) }
        for due in dropped { flow.state.timetable.end(due.target.id, slot: due.slot, at: now.wall) }
        let targets = flow.state.targets
        flow.state.timetable.replace(
            with: watchlist.targets, at: now.wall, spread: scheduled.spread, isAsked: { questions.wait(on: $0) },
            lastSuccess: { targets[$0]?.lastSuccess })
        let standOffs = scheduled.standOffs.filter {
            $0.scope.target.map(watched.contains) ?? (watchlist.providers[$0.scope.provider] != nil)
        }
        flow.state.limits.restore(standOffs, at: now)
        for standOff in standOffs { flow.state.log(standOff.line(at: now)) }
        flow.state.round.keep(only: watched)
        publication.noteChange()
    }

    // MARK: questions

    /// When it is to be ticked, by the wall clock; `nil` for never.
    public func wake(at now: Moment) -> Timestamp? {
        let earliest = now.wall + Self.nearestTick
        var wakes: [Timestamp] = []
        if let deadline = flow.state.questions.nextDeadline {
            wakes.append(max(now.wall + now.wait(until: deadline), earliest))
        }
        guard !flow.state.isStopping else { return wakes.min() }
        if let due = flow.state.timetable.nextDue { wakes.append(max(due, earliest)) }
        // While the guard is asked its answer goes on with what could begin already; without a place in the store, a commit does.
        let isOpen = flow.askedSince == nil && flow.hasServable(at: now.uptime)
        if let next = flow.state.limits.nextTime, next > now.uptime || isOpen {
            wakes.append(max(now.wall + now.wait(until: next), earliest))
        }
        if let publish = publication.next(at: now.wall) { wakes.append(publish) }
        return wakes.min()
    }

    /// Whether what should have happened by now has: no due target waits that could be served, and no call is past its time. A
    /// provider or a store that fails makes nobody unhealthy.
    public func isHealthy(at now: Moment) -> Bool {
        if let next = flow.state.timetable.nextDue, next + Self.patience < now.wall { return false }
        if let asked = flow.askedSince {
            if asked + Self.patience < now.uptime { return false }
        } else if flow.hasServable(at: now.uptime - Self.patience) {
            return false
        }
        return flow.areCallsInTime(Self.patience, at: now)
    }

    /// Whether nothing is under way: no probe, and no question to the guard.
    public var isIdle: Bool { flow.isIdle }
    public var isStopping: Bool { flow.state.isStopping }
    /// Whether a run of one round has nothing left to do, or there is none.
    public var isRoundFinished: Bool { !flow.state.round.isUnderWay && flow.isIdle }

    /// How many targets have no version, or were skipped by a round.
    public var failedTargets: Int { flow.state.targets.failed + flow.state.round.skipped }

    /// The targets of which something later than now is known.
    public func targetsAhead(of now: Timestamp) -> [TargetID] { flow.state.targets.ahead(of: now) }

    /// The targets that nothing is known of here yet, of those of `watchlist`.
    public func unknownTargets(of watchlist: Watchlist) -> [TargetID] {
        watchlist.targets.map(\.id).filter { !flow.state.targets.isKnown($0) }
    }

    /// Whether the probe of `target`, which is in flight, may make one more call; it then counts towards the rate.
    public mutating func mayGoOn(_ target: Target, at now: Moment) -> Bool { flow.mayGoOn(target, at: now) }

    // MARK: what it shows

    /// Says that something else that the metrics show has changed.
    public mutating func noteChange() { publication.noteChange() }

    /// The counts, the states and the load now.
    public var view: MetricsSnapshot {
        MetricsSnapshot(
            counts: flow.state.counts, memories: flow.state.targets.memories, limits: flow.state.limits.report,
            workers: flow.state.limits.workers,
            inFlight: flow.inFlight, waiting: flow.state.limits.waiting, nextDue: flow.state.timetable.nextDue,
            number: publication.number)
    }

    /// A snapshot for the textfile, where a new one is due: something changed, and the last one is 15 s old.
    ///
    /// - Parameter isForced: whether one is due anyhow.
    public mutating func takeSnapshot(isForced: Bool, at now: Timestamp) -> MetricsSnapshot? {
        publication.take(isForced: isForced, at: now) ? view : nil
    }
}
