public import Logging
public import PrompterCore

/// From tick to finding: due targets wait for a place, are admitted, probed, published and handed to the recorder.
///
/// It owns the schedule, the limits and the counts, and decides nothing itself: they do.
public actor Pipeline {
    /// What the pipeline works with.
    public struct Parts: Sendable {
        var probeGuard: any ProbeGuard
        var recorder: Recorder
        var clock: @Sendable () -> Moment
        /// `false` for an instance that only reads what others observe.
        var mayCall: Bool
        /// Sets the one timer, by the wall clock.
        var arm: @Sendable (Timestamp?) -> Void
        /// Takes what of stand-offs must survive a restart, as it changes. It must not block.
        var keep: @Sendable ([StandOff.Kept]) -> Void
        var log: Logger

        public init(
            probeGuard: any ProbeGuard, recorder: Recorder, clock: @escaping @Sendable () -> Moment,
            mayCall: Bool = true, keep: @escaping @Sendable ([StandOff.Kept]) -> Void = { _ in },
            log: Logger, arm: @escaping @Sendable (Timestamp?) -> Void
        ) {
            self.probeGuard = probeGuard
            self.recorder = recorder
            self.clock = clock
            self.mayCall = mayCall
            self.keep = keep
            self.log = log
            self.arm = arm
        }
    }

    /// A probe in flight.
    struct Flight {
        var begun: Begun
        var lease: Lease
        /// When its version was asked for, in uptime.
        var asked: Duration
        /// When it must have ended, in uptime.
        var deadline: Duration
        var task: Task<Void, Never>?
    }

    /// The timer is not set nearer than this to the tick before, so that a dense schedule costs a bounded number of wake-ups.
    private static let nearestTick: Duration = .milliseconds(2)
    /// The textfile is written at most this often.
    static let textfilePause: Duration = .seconds(15)
    /// How much later than it should something may be before the watchdog is no longer fed.
    private static let patience: Duration = .seconds(30)

    let parts: Parts
    var timetable = Timetable()
    private var clockLead = ClockLead()
    var limits = Limits(workers: 1)
    var metrics = ProbeMetrics()
    var probers: Probers
    var flights: [UInt64: Flight] = [:]
    /// Since when the guard has been asked, in uptime; `nil` where it is not being asked.
    var admitting: Duration?
    /// Whether the metrics have changed since the last snapshot.
    var isChanged = true
    var lastSnapshot: Timestamp?
    /// How many snapshots were taken for the textfile.
    var snapshots = 0
    /// Targets that a run of one round still waits for; `nil` for a run without end.
    var remaining: Set<TargetID>?
    public internal(set) var isStopping = false
    /// How each target's last finding here ended, recorded or not; `nil` inside for a success.
    var lastFailures: [TargetID: FailureClass?] = [:]
    /// Why the lookups fail that fail beside completions which succeed.
    var failingLookups: [TargetID: FailureClass] = [:]
    /// Whether it was told that the store has no place for another finding.
    var isStoreFull = false
    var idleWaiters: [CheckedContinuation<Void, Never>] = []

    public init(_ parts: Parts, probers: Probers) {
        self.parts = parts
        self.probers = probers
    }

    /// Puts `watchlist` in force. What is in flight ends under the list it began with; what waits for a target that is gone is
    /// dropped.
    ///
    /// - Parameters:
    ///   - workers: how many probes may be in flight; `nil` for the sum of the providers' concurrency.
    ///   - memory: what the store knows of the targets.
    ///   - standOffs: those that stood before a restart.
    ///   - spread: over how long new targets are spread.
    public func replace(
        with watchlist: Watchlist, probers: Probers, workers: Int?, memory: [TargetID: TargetMemory],
        standOffs: [StandOff.Kept] = [], spread: Duration = Timetable.longestSpread
    ) {
        let now = parts.clock()
        self.probers = probers
        metrics.replace(with: watchlist, memory: memory)
        let watched = Set(watchlist.targets.map(\.id))
        lastFailures = lastFailures.filter { watched.contains($0.key) }
        failingLookups = failingLookups.filter { watched.contains($0.key) }
        let sum = watchlist.providers.values.reduce(0) { $0 + $1.concurrency }
        let dropped = limits.replace(
            workers: workers ?? max(1, sum), providers: watchlist.providers.values, at: now
        ) { watched.contains($0) }
        for due in dropped { timetable.end(due.target.id, slot: due.slot, at: now.wall) }
        timetable.replace(with: watchlist.targets, at: now.wall, spread: spread) {
            memory[$0]?.lastSuccess ?? metrics.memory(of: $0)?.lastSuccess
        }
        restore(standOffs.filter { $0.scope.target.map(watched.contains) ?? true }, at: now)
        isChanged = true
        remaining?.formIntersection(watched)
        begin(at: now)
        rearm(at: now)
    }

    /// The targets of which something later than now is shown.
    public func targetsAhead() -> [TargetID] {
        metrics.targetsAhead(of: parts.clock().wall)
    }

    /// Shows `memory` of `targets`, as the store knows them, in place of what was.
    public func restore(_ memory: [TargetID: TargetMemory], of targets: [TargetID]) {
        metrics.restore(memory, of: targets)
        noteChange()
    }

    /// The targets that nothing is known of here yet, of those of `watchlist`.
    public func unknownTargets(of watchlist: Watchlist) -> [TargetID] {
        watchlist.targets.map(\.id).filter { !metrics.isKnown($0) }
    }

    /// Begins what is due.
    public func tick() {
        let now = parts.clock()
        clockLead.see(now)
        guard !isStopping else { return }
        let round = timetable.due(at: now.wall)
        for (target, count) in round.missed { metrics.missed(target, count) }
        // A run of one round that lasts into a target's next slot does not see to that, too.
        for due in round.due where due.slot.isConfirmation || remaining?.contains(due.target.id) ?? true {
            limits.enqueue(due)
        }
        begin(at: now)
        rearm(at: now)
    }

    /// Looks after the clock once a minute: slots are taken anew where it was set far back, and the timer is set again.
    ///
    /// - Returns: whether slots were taken anew.
    public func pulse() -> Bool {
        let now = parts.clock()
        let isRealigned = timetable.realign(at: now.wall, setBack: clockLead.takeSetBack(at: now))
        begin(at: now)
        rearm(at: now)
        return isRealigned
    }

    /// Whether what should have happened by now has: no due target waits that could be served, and no probe is past its
    /// deadline. A provider or a store that fails makes nobody unhealthy.
    public func isHealthy() -> Bool {
        let now = parts.clock()
        if let next = timetable.nextDue, next + Self.patience < now.wall { return false }
        if let admitting, admitting + Self.patience < now.uptime { return false }
        if admitting == nil, limits.hasServable(at: now.uptime - Self.patience) { return false }
        return flights.values.allSatisfy { $0.deadline + Self.patience > now.uptime }
    }

    /// Stops: nothing new begins, and what is in flight has until `deadline` to end. Leases of what had to be broken off are
    /// given back.
    public func stop(within deadline: Duration) async {
        isStopping = true
        _ = limits.drain()
        parts.arm(nil)
        let breaker = Task {
            guard (try? await Task.sleep(for: deadline)) != nil else { return }
            for flight in flights.values { flight.task?.cancel() }
        }
        await waitUntilIdle()
        breaker.cancel()
    }

    /// Waits until a run of one round has nothing left to do.
    public func finishRound() async {
        while remaining?.isEmpty == false {
            await withCheckedContinuation { idleWaiters.append($0) }
        }
        if remaining != nil { await waitUntilIdle() }
    }

    /// Lets ``finishRound()`` end at once.
    public func leaveRound() {
        remaining = nil
        wakeWaiters()
    }

    /// Whether nothing is under way: no probe, and no question to the guard.
    public var isIdle: Bool { flights.isEmpty && admitting == nil }

    private func waitUntilIdle() async {
        while !isIdle {
            await withCheckedContinuation { idleWaiters.append($0) }
        }
    }

    /// Wakes those who wait for the pipeline to be idle; each looks for itself whether it is.
    func wakeWaiters() {
        guard !idleWaiters.isEmpty else { return }
        let waiters = idleWaiters
        idleWaiters = []
        for waiter in waiters { waiter.resume() }
    }

    func rearm(at now: Moment) {
        guard !isStopping else { return }
        let earliest = now.wall + Self.nearestTick
        var wakes: [Timestamp] = []
        if let due = timetable.nextDue { wakes.append(max(due, earliest)) }
        // While the guard is asked its answer goes on with what could begin already.
        if let next = limits.nextTime, next > now.uptime || admitting == nil && limits.hasServable(at: now.uptime) {
            wakes.append(max(now.wall + Self.wait(until: next, at: now), earliest))
        }
        if isChanged {
            wakes.append(max(now.wall, lastSnapshot.map { $0 + Self.textfilePause } ?? now.wall))
        }
        parts.arm(wakes.min())
    }

    /// How long until `uptime`, in whole milliseconds and not less: timers know no parts of them.
    static func wait(until uptime: Duration, at now: Moment) -> Duration {
        .milliseconds((uptime - now.uptime + .nanoseconds(999_999)).milliseconds)
    }
}
