public import LinuxHost
public import PrompterCore

/// Carries out what the ``Scheduler`` decides, and tells it what came of that. It decides nothing.
///
/// What ends together is told together: the ends of calls that come while it is busy are one input.
public actor Runner {
    /// What the runner works with.
    public struct Parts: Sendable {
        var probeGuard: any ProbeGuard
        var recorder: Recorder
        var clock: @Sendable () -> Moment
        /// Sets the one timer, by the wall clock.
        var arm: @Sendable (Timestamp?) -> Void
        var log: Log

        public init(
            probeGuard: any ProbeGuard, recorder: Recorder, clock: @escaping @Sendable () -> Moment,
            log: Log, arm: @escaping @Sendable (Timestamp?) -> Void
        ) {
            self.probeGuard = probeGuard
            self.recorder = recorder
            self.clock = clock
            self.log = log
            self.arm = arm
        }
    }

    private let parts: Parts
    private var scheduler: Scheduler
    private var probers: Probers
    private var calls: [UInt64: Task<Void, Never>] = [:]
    /// Ends of calls that the scheduler has not been told of.
    private let ends = Locked<[ProbeEnd]>([])
    private var waiters: [CheckedContinuation<Void, Never>] = []
    /// Those who wait for a reply, by the question's id.
    private var askers: [UInt64: CheckedContinuation<Reply, Never>] = [:]
    private var lastQuestion: UInt64 = 0

    public init(_ parts: Parts, _ scheduler: Scheduler = Scheduler(), probers: Probers) {
        self.parts = parts
        self.scheduler = scheduler
        self.probers = probers
    }

    // MARK: what happens

    /// Puts a watchlist in force.
    public func replace(with scheduled: ScheduledWatchlist, probers: Probers) {
        self.probers = probers
        handle(.watchlist(scheduled))
    }

    /// Begins what is due.
    ///
    /// - Returns: whether the metrics are to be written.
    @discardableResult
    public func tick() -> Bool {
        handle(.tick)
        return scheduler.isPublicationDue(at: parts.clock().wall)
    }

    /// Looks after the clock once a minute.
    public func pulse() { handle(.pulse) }

    /// Takes what became of a batch of findings.
    public func recorded(_ outcome: Recorder.Outcome) {
        switch outcome {
        case .committed(let commit): if !commit.findings.isEmpty { handle(.committed(commit.findings)) }
        case .failing(let reason): handle(.storeFailing(reason))
        case .restored: handle(.storeRestored)
        }
    }

    /// Shows `memory` of `targets`, as the store knows them, in place of what was.
    public func restore(_ memory: [TargetID: TargetMemory], of targets: [TargetID]) {
        handle(.memory(memory, of: targets))
    }

    /// Lets one call decide of each of `scopes`: a probe that was made beside this daemon was answered.
    public func recheck(_ scopes: Set<StandOff.Scope>) { handle(.recheck(scopes)) }

    /// Lets one call decide of each of `providers` that was left alone because of its key, which is another now.
    public func rekey(_ providers: Set<String>) { handle(.rekeyed(providers)) }

    /// Asks for a version of `target`, which need not be watched.
    ///
    /// - Parameters:
    ///   - isForced: whether a call is made in any case.
    ///   - time: when the reply is, at the latest, that nothing came.
    ///   - patience: how long another instance's probe is waited for.
    ///   - memory: what the store knows of a target that is not watched, as are `standOffs`.
    public func ask(
        _ target: Target, isForced: Bool = false, within time: Duration, patience: Duration? = nil,
        memory: TargetMemory? = nil, standOffs: [StandOff.Kept] = []
    ) async -> Reply {
        lastQuestion += 1
        let now = parts.clock().uptime
        let question = Question(
            id: lastQuestion, target, isForced: isForced, deadline: now + time, patience: patience.map { now + $0 },
            memory: memory, standOffs: standOffs)
        return await withCheckedContinuation { asker in
            askers[question.id] = asker
            handle(.question(question))
        }
    }

    /// Says that something else that the textfile shows has changed.
    public func noteChange() {
        scheduler.noteChange()
        parts.arm(scheduler.wake(at: parts.clock()))
    }

    /// Begins one round in which every target's current slot is seen to once: ``finishRound()`` waits for its end.
    public func beginRound() { handle(.roundBegun) }

    /// Waits until a run of one round has nothing left to do.
    public func finishRound() async { await wait { $0.isRoundFinished } }

    /// Lets ``finishRound()`` end at once.
    public func leaveRound() { handle(.roundLeft) }

    /// Stops: nothing new begins, and what is in flight has until `deadline` to end. Leases of what had to be broken off are given
    /// back.
    public func stop(within deadline: Duration) async {
        handle(.stop)
        let breaker = Task {
            guard (try? await Task.sleep(for: deadline)) != nil else { return }
            handle(.stopOverdue)
        }
        await wait { $0.isIdle }
        breaker.cancel()
    }

    // MARK: questions

    /// Whether nothing is under way: no probe, and no question to the guard.
    public var isIdle: Bool { scheduler.isIdle }
    public var isStopping: Bool { scheduler.isStopping }
    /// Whether what should have happened by now has.
    public var isHealthy: Bool { scheduler.isHealthy(at: parts.clock()) }
    /// How many targets have no version.
    public var failedTargets: Int { scheduler.failedTargets }
    /// The counts, the states and the load now.
    public var view: MetricsSnapshot { scheduler.view }
    /// The targets of which something later than now is shown.
    public var targetsAhead: [TargetID] { scheduler.targetsAhead(of: parts.clock().wall) }

    /// Whether the probe of `target`, which is in flight, may make one more call.
    public func mayGoOn(_ target: Target) -> Bool { scheduler.mayGoOn(target, at: parts.clock()) }

    /// A snapshot for the textfile, where a new one is due.
    ///
    /// - Parameter isForced: whether one is due anyhow.
    public func snapshot(isForced: Bool) -> MetricsSnapshot? {
        let now = parts.clock()
        defer { parts.arm(scheduler.wake(at: now)) }
        return scheduler.takeSnapshot(isForced: isForced, at: now.wall)
    }

    private func wait(until isReached: (Scheduler) -> Bool) async {
        while !isReached(scheduler) { await withCheckedContinuation { waiters.append($0) } }
    }

    // MARK: what is done

    private func handle(_ input: SchedulerInput) {
        let now = parts.clock()
        let directives = scheduler.handle(input, at: now)
        for directive in directives { carryOut(directive, at: now) }
        parts.arm(scheduler.wake(at: now))
        // Each looks for itself whether what it waits for has come.
        let woken = waiters
        waiters = []
        for waiter in woken { waiter.resume() }
    }

    private func carryOut(_ directive: Directive, at now: Moment) {
        switch directive {
        case .admit(let claims):
            Task { handle(.admissions(await parts.probeGuard.admit(claims, at: now))) }
        case .probe(let order): call(order)
        case .settle(let settlements):
            Task {
                await parts.probeGuard.settle(settlements, at: now)
                handle(.settled(settlements.map(\.lease.id)))
            }
        case .record(let entry): parts.recorder.submit(entry)
        case .keep(let standOffs): parts.recorder.keep(standOffs)
        case .reply(let id, let reply): askers.removeValue(forKey: id)?.resume(returning: reply)
        case .breakOff: for call in calls.values { call.cancel() }
        case .noteClockSetBack: parts.recorder.noteClockSetBack()
        case .log(let line): parts.log.log(line)
        }
    }

    private func call(_ order: ProbeOrder) {
        let prober = probers.prober(for: order.target)
        let (target, isOnNewConnection) = (order.target, order.isOnNewConnection)
        // Not on this actor: answers are read beside the scheduler's turns.
        calls[order.id] = Task { @concurrent [self] in
            let outcome: ProbeEnd.Outcome
            do throws(ProbeFailure) {
                outcome = .answer(
                    try await prober.probe(target, timeout: target.timeout, onNewConnection: isOnNewConnection))
            } catch {
                outcome = Task.isCancelled || error.isOurs ? .notMade : .failure(error)
            }
            let isFirst = ends.withLock { ends in
                ends.append(ProbeEnd(id: order.id, outcome))
                return ends.count == 1
            }
            // The others are taken with the first.
            if isFirst { await takeEnds() }
        }
    }

    private func takeEnds() {
        let ended = ends.withLock { ends in
            defer { ends = [] }
            return ends
        }
        for end in ended { calls[end.id] = nil }
        handle(.ended(ended))
    }
}
