/// Decides what is called, and when. Pure: what happens comes in with its time, and what is to be done comes out.
///
/// It owns the timetable, the limits, the stand-offs and what is known of every target. The metrics only count.
public struct Scheduler: Sendable {
    /// The timer is not set nearer than this to the tick before, so that a dense schedule costs a bounded number of wake-ups.
    private static let nearestTick: Duration = .milliseconds(2)
    /// How much later than it should something may be before the scheduler counts as stalled.
    private static let patience: Duration = .seconds(30)

    private var state: SchedulerState
    private var clockLead = ClockLead()
    private var publication = Publication()
    private var lastTick: Timestamp?

    /// - Parameters:
    ///   - mayCall: `false` for an instance that only reads what others observe.
    ///   - storeCapacity: the most findings that wait for the store.
    ///   - seed: where the ids of leases begin. Two instances must not share it.
    public init(
        mayCall: Bool = true, storeCapacity: Int = 10_000, seed: UInt64 = .random(in: 0 ... .max)
    ) {
        state = SchedulerState(mayCall: mayCall, storeCapacity: storeCapacity, seed: seed)
    }

    /// Takes what happened at `now`.
    ///
    /// - Returns: what is to be done, in this order.
    public mutating func handle(_ input: SchedulerInput, at now: Moment) -> [Directive] {
        state.expireQuestions(at: now)
        switch input {
        case .question(let question): state.ask(question, at: now)
        case .tick: tick(at: now)
        case .pulse:
            pulse(at: now)
            // After a pause of the machine the timer's own tick may come later.
            tick(at: now)
        case .watchlist(let scheduled): replace(with: scheduled, at: now)
        case .admissions(let admissions):
            publication.noteChange()
            state.take(admissions, at: now)
        case .ended(let ends):
            publication.noteChange()
            state.take(ends, at: now)
        case .settled(let ids): state.settled(ids)
        case .committed(let batch):
            publication.noteChange()
            for (entry, recorded) in batch { state.take(entry, recorded, at: now) }
        case .storeFailing(let reason):
            publication.noteChange()
            state.store.fail(reason)
            state.add(state.questions.fail(reason))
            state.log(
                LogLine(
                    .error, .condition(.storeFailing),
                    "store: \(SafeText(reason)); findings are kept in memory until it works again"))
        case .storeRestored:
            publication.noteChange()
            state.store.recover()
            state.log(LogLine(.notice, .condition(.storeRecovered), "store: works again"))
        case .memory(let memory, let targets):
            publication.noteChange()
            state.targets.restore(memory, of: targets)
        case .recheck(let scopes): state.limits.recheck(scopes, at: now)
        case .rekeyed(let providers): state.limits.rekey(providers, at: now)
        case .roundBegun:
            state.round.begin(state.timetable.dueTargets(at: now.wall))
            tick(at: now)
        case .roundLeft: state.round.leave()
        case .stop: state.stop(at: now)
        case .stopOverdue: state.add(.breakOff)
        }
        state.begin(at: now)
        return state.takeDirectives()
    }

    private mutating func tick(at now: Moment) {
        clockLead.see(now)
        lastTick = now.wall
        for line in state.targets.flushLines(at: now.uptime) { state.log(line) }
        guard !state.isStopping else { return }
        let round = state.timetable.due(at: now.wall)
        for (target, count) in round.missed { state.counts.missed(target, count) }
        for due in round.due {
            let target = due.target.id
            let isWanted =
                due.slot.isConfirmation
                || (due.isExtra ? state.questions.wait(on: target) : state.round.admits(target))
            if isWanted { state.limits.enqueue(due) }
        }
    }

    /// Slots are taken anew where the clock was set far back.
    private mutating func pulse(at now: Moment) {
        guard state.timetable.realign(at: now.wall, setBack: clockLead.takeSetBack(at: now)) else { return }
        state.log(
            LogLine(
                .warning, .condition(.clockSetBack), "the clock was set back by more than an interval: slots restarted")
        )
        state.add(.noteClockSetBack)
    }

    /// What is in flight ends under the list it began with; what waits for a target that is gone is dropped.
    private mutating func replace(with scheduled: ScheduledWatchlist, at now: Moment) {
        let watchlist = scheduled.watchlist
        state.counts.replace(with: watchlist)
        state.templates = Dictionary(grouping: watchlist.watches, by: \.target.id)
            .mapValues { LogLine.Subject.templates(of: $0.lazy.map(\.key)) }
        state.targets.replace(with: watchlist.targets, memory: scheduled.memory)
        let watched = Set(watchlist.targets.map(\.id))
        let sum = watchlist.providers.values.reduce(0) { $0 + $1.concurrency }
        let questions = state.questions
        let dropped = state.limits.replace(
            workers: scheduled.workers ?? max(1, sum), providers: watchlist.providers.values, at: now
        ) { watched.contains($0) || questions.wait(on: $0) }
        for due in dropped { state.timetable.end(due.target.id, slot: due.slot, at: now.wall) }
        let targets = state.targets
        state.timetable.replace(
            with: watchlist.targets, at: now.wall, spread: scheduled.spread, isAsked: { questions.wait(on: $0) },
            lastSuccess: { targets[$0]?.lastSuccess })
        let standOffs = scheduled.standOffs.filter {
            $0.scope.target.map(watched.contains) ?? (watchlist.providers[$0.scope.provider] != nil)
        }
        state.limits.restore(standOffs, at: now)
        for standOff in standOffs { state.log(standOff.line(at: now)) }
        state.round.keep(only: watched)
        publication.noteChange()
    }

    // MARK: questions

    /// When it is to be ticked, by the wall clock; `nil` for never.
    public func wake(at now: Moment) -> Timestamp? {
        // Counted from the tick before, not from now: or every input would put off what is overdue. After a clock was set back the
        // tick before counts for nothing.
        let earliest = lastTick.map { min($0, now.wall) + Self.nearestTick } ?? Timestamp(milliseconds: 0)
        var wakes: [Timestamp] = []
        if let deadline = state.questions.nextDeadline {
            wakes.append(max(now.wall + now.wait(until: deadline), earliest))
        }
        guard !state.isStopping else { return wakes.min() }
        if let due = state.timetable.nextDue { wakes.append(max(due, earliest)) }
        // While the guard is asked its answer goes on with what could begin already; without a place in the store, a commit does.
        let isOpen = state.askedSince == nil && state.hasServable(at: now.uptime)
        if let next = state.limits.nextTime, next > now.uptime || isOpen {
            wakes.append(next > now.uptime ? max(now.wall + now.wait(until: next), earliest) : earliest)
        }
        if let publish = publication.next { wakes.append(max(publish, earliest)) }
        return wakes.min()
    }

    /// Whether the metrics are to be written now.
    public func isPublicationDue(at now: Timestamp) -> Bool { publication.next.map { $0 <= now } ?? false }

    /// Whether what should have happened by now has: no due target waits that could be served, and no call is past its time. A
    /// provider or a store that fails makes nobody unhealthy.
    public func isHealthy(at now: Moment) -> Bool {
        if let next = state.timetable.nextDue, next + Self.patience < now.wall { return false }
        if let asked = state.askedSince {
            if asked + Self.patience < now.uptime { return false }
        } else if state.hasServable(at: now.uptime - Self.patience) {
            return false
        }
        return state.areCallsInTime(Self.patience, at: now)
    }

    /// Whether nothing is under way: no probe, and no question to the guard.
    public var isIdle: Bool { state.isIdle }
    public var isStopping: Bool { state.isStopping }
    /// Whether a run of one round has nothing left to do, or there is none.
    public var isRoundFinished: Bool { !state.round.isUnderWay && state.isIdle }

    /// How many targets have no version, or were skipped by a round.
    public var failedTargets: Int { state.targets.failed(orIn: state.round.skipped) }

    /// The targets of which something later than now is known.
    public func targetsAhead(of now: Timestamp) -> [TargetID] { state.targets.ahead(of: now) }

    /// Whether the probe of `target`, which is in flight, may make one more call; it then counts towards the rate.
    public mutating func mayGoOn(_ target: Target, at now: Moment) -> Bool { state.mayGoOn(target, at: now) }

    // MARK: what it shows

    /// Says that something else that the metrics show has changed.
    public mutating func noteChange() { publication.noteChange() }

    /// The counts, the states and the load now.
    public var view: MetricsSnapshot {
        MetricsSnapshot(
            counts: state.counts, memories: state.targets.memories, limits: state.limits.report,
            workers: state.limits.workers,
            inFlight: state.inFlight, waiting: state.limits.waiting, nextDue: state.timetable.nextDue,
            number: publication.number)
    }

    /// A snapshot for the textfile, where a new one is due: something changed, and the last one is 15 s old.
    ///
    /// - Parameter isForced: whether one is due anyhow.
    public mutating func takeSnapshot(isForced: Bool, at now: Timestamp) -> MetricsSnapshot? {
        publication.take(isForced: isForced, at: now) ? view : nil
    }
}
