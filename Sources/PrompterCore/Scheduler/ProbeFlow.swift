/// A due target's way: it waits for a place, the guard is asked, it is called, and what was learned goes to the guard and the store.
struct ProbeFlow: Sendable {
    /// A call that is being made, or whose end is being told to the guard.
    private struct Flight: Sendable {
        var turn: ProbeTurn
        var lease: Lease
        /// When its version was asked for, in uptime.
        var asked: Duration
        /// When the call began, in uptime.
        var begun: Duration
        var hasEnded = false
    }

    /// The question that the guard is being asked.
    private struct Question: Sendable {
        var turns: [ProbeTurn]
        var asked: Moment
    }

    /// `false` for an instance that only reads what others observe.
    private let mayCall: Bool
    private var ids: LeaseIDs
    var timetable = Timetable()
    var limits = Limits(workers: 1)
    var counts = ProbeMetrics()
    var targets = TargetStates()
    var store: StoreQueue
    var round = ProbeRound()
    private var question: Question?
    private var flights: [UInt64: Flight] = [:]
    private(set) var isStopping = false
    /// What is to be done, in its order.
    private var directives: [Directive] = []

    init(mayCall: Bool, storeCapacity: Int, seed: UInt64) {
        self.mayCall = mayCall
        store = StoreQueue(capacity: storeCapacity)
        ids = LeaseIDs(seed: seed)
    }

    /// Whether nothing is under way: no probe, and no question to the guard.
    var isIdle: Bool { flights.isEmpty && question == nil }
    var inFlight: Int { flights.count }

    /// Whether a due target waits at `uptime` that could be served.
    func hasServable(at uptime: Duration) -> Bool { store.free > 0 && limits.hasServable(at: uptime) }

    /// Since when the guard has been asked, in uptime; `nil` where it is not being asked.
    var askedSince: Duration? { question?.asked.uptime }

    /// Whether every call has ended within `patience` after its time.
    func areCallsInTime(_ patience: Duration, at now: Moment) -> Bool {
        flights.values.allSatisfy { $0.begun + $0.turn.due.target.timeout + patience > now.uptime }
    }

    /// Takes out what is to be done.
    mutating func takeDirectives() -> [Directive] {
        defer { directives = [] }
        return directives
    }

    mutating func log(_ line: LogLine?) {
        if let line { directives.append(.log(line)) }
    }

    /// Begins nothing more. The slots that passed while targets waited for their turn are counted.
    mutating func stop(at now: Moment) {
        isStopping = true
        for line in targets.flushLines(at: nil) { log(line) }
        for due in limits.drain() {
            let missed = timetable.advance(due, at: now.wall).missed
            if missed > 0 { passed(missed, of: due.target, at: now) }
        }
    }

    mutating func breakOff() { directives.append(.breakOff) }

    mutating func noteClockSetBack() { directives.append(.noteClockSetBack) }

    // MARK: from due to the guard

    /// Asks the guard for those that have a place. One question is under way at a time: what becomes ready meanwhile goes into the next
    /// one, so that batches grow with the load.
    mutating func begin(at now: Moment) {
        guard question == nil, !isStopping else { return }
        var ready: [ProbeTurn] = []
        // What is not to be asked for after all leaves its place to others.
        while ready.isEmpty {
            guard store.free > 0 else {
                waitForStore(at: now)
                break
            }
            let begun = limits.begin(at: now, most: store.free)
            if begun.isEmpty { break }
            ready = begun.compactMap { prepare($0, at: now) }
        }
        if limits.waiting == 0 { log(store.note(isAwaited: false)) }
        guard !ready.isEmpty else { return }
        question = Question(turns: ready, asked: now)
        directives.append(
            .admit(
                ready.map { turn in
                    LeaseRequest(
                        slot: turn.due.slot, id: ids.next(), timeout: turn.due.target.timeout, at: now.wall,
                        mayCall: mayCall && turn.mayCall)
                }))
    }

    /// A store that is slow keeps targets waiting; in one that fails a round would wait for ever.
    private mutating func waitForStore(at now: Moment) {
        guard limits.waiting > 0 else { return }
        log(store.note(isAwaited: true))
        guard store.isFailing, round.isUnderWay else { return }
        for due in limits.drain() { skip(due, .store, at: now) }
    }

    /// Reserves what `turn` needs beside its place.
    ///
    /// - Returns: `nil` where it is not to be asked for: its place is free again.
    private mutating func prepare(_ turn: ProbeTurn, at now: Moment) -> ProbeTurn? {
        if turn.due.slot.isConfirmation, !turn.due.fits(at: now.wall) {
            limits.cancel(turn)
            return nil
        }
        let (due, missed) = timetable.advance(turn.due, at: now.wall)
        if missed > 0 { passed(missed, of: due.target, at: now) }
        store.reserve()
        var turn = turn
        turn.due = due
        return turn
    }

    /// Counts slots that passed while a target waited for its turn.
    private mutating func passed(_ slots: Int64, of target: Target, at now: Moment) {
        let reason: SkipReason? =
            store.isAwaited ? .store : limits.isRateBound(target.provider.name, at: now) ? .rate : nil
        guard let reason else { return counts.missed(target, slots) }
        counts.skipped(target, reason)
        counts.missed(target, slots - 1)
    }

    // MARK: from the guard to the call

    mutating func take(_ admissions: [Admission], at now: Moment) {
        guard let question else { preconditionFailure("the guard answers what it was asked") }
        precondition(admissions.count == question.turns.count, "the guard answers each request")
        self.question = nil
        var unused: [LeaseOutcome] = []
        for (turn, admission) in zip(question.turns, admissions) {
            counts.guardAnswered(admission)
            switch ProbeAdmission(admission, to: turn.due.slot) {
            case .admitted(let lease):
                if let settlement = launch(turn, lease, asked: question.asked, at: now) { unused.append(settlement) }
            case .observed(let observation): adopt(.observation(observation, imported: true), turn, at: now)
            case .failed(let failure): takeGivenUp(turn, failure, at: now)
            case .held where turn.due.slot.isConfirmation, .vacant where turn.due.slot.isConfirmation:
                askAgain(turn, at: now)
            case .held(let time): putOff(turn, for: min(time, Self.patience(in: turn.due.slot)), at: now)
            case .vacant: putOff(turn, by: turn.limit, at: now)
            }
        }
        settle(unused)
    }

    /// Begins the call of `turn`.
    ///
    /// - Returns: how its lease ends where it is not to be called after all.
    private mutating func launch(_ turn: ProbeTurn, _ lease: Lease, asked: Moment, at now: Moment) -> LeaseOutcome? {
        let target = turn.due.target
        // What was read since the guard was asked may forbid the call.
        let limit = isStopping ? nil : limits.limit(on: turn, at: now)
        guard !isStopping, limit == nil else {
            if isStopping {
                leave(turn)
            } else if turn.due.slot.isConfirmation {
                askAgain(turn, at: now)
            } else {
                putOff(turn, by: limit, at: now)
            }
            flights[lease.id] = Flight(turn: turn, lease: lease, asked: asked.uptime, begun: now.uptime, hasEnded: true)
            return LeaseOutcome(lease, .givenBack)
        }
        flights[lease.id] = Flight(turn: turn, lease: lease, asked: asked.uptime, begun: now.uptime)
        counts.attempted(target)
        counts.began(lateness: now.wall - turn.due.time)
        directives.append(
            .probe(ProbeOrder(id: lease.id, target: target, isOnNewConnection: turn.due.slot.isConfirmation)))
        return nil
    }

    /// Takes that another instance gave the slot up.
    private mutating func takeGivenUp(_ turn: ProbeTurn, _ failure: FailureClass, at now: Moment) {
        let due = turn.due
        guard !due.slot.isConfirmation || confirmsNotFound(due, failure) else { return leave(turn) }
        let attempt = FailedAttempt(
            target: due.target.id, slot: due.slot.number, time: now.wall, failureClass: failure,
            isConfirmation: due.slot.isConfirmation)
        adopt(.failure(attempt), turn, at: now)
    }

    /// How long a slot that somebody else holds is left alone. Most leases end long before they run out, and what they bring is to be
    /// imported inside the slot.
    private static func patience(in slot: Slot) -> Duration {
        max(.milliseconds(50), min(slot.interval / 8, .seconds(5)))
    }

    /// Records what another instance learned in this slot.
    private mutating func adopt(_ finding: Finding, _ turn: ProbeTurn, at now: Moment) {
        let due = turn.due
        limits.cancel(turn)
        if finding.isObservation { take(limits.observedElsewhere(due.target), of: due.target, at: now) }
        record(RecordEntry(finding, of: due.target))
        timetable.end(due.target.id, slot: due.slot, at: now.wall)
        round.see(to: due.target.id)
    }

    /// Asks again later what may not be called now, so that what another instance observes meanwhile is imported.
    private mutating func putOff(_ turn: ProbeTurn, by limit: Limit?, at now: Moment) {
        let pause = turn.due.slot.interval / 4
        putOff(
            turn, for: limit.map { min(now.wait(until: $0.until), pause) } ?? pause,
            skipping: limit?.reason ?? .disabled, at: now)
    }

    private mutating func putOff(
        _ turn: ProbeTurn, for time: Duration, skipping reason: SkipReason? = nil, at now: Moment
    ) {
        let due = turn.due
        leave(turn)
        if let reason, now.wall + time >= due.slot.end {
            skip(due, reason, at: now)
        } else {
            timetable.hold(due.target.id, slot: due.slot, for: time, at: now.wall)
            if reason != nil { round.see(to: due.target.id) }
        }
    }

    private mutating func skip(_ due: Due, _ reason: SkipReason, at now: Moment) {
        counts.skipped(due.target, reason)
        timetable.end(due.target.id, slot: due.slot, at: now.wall)
        if reason == .store { round.skip(due.target.id) } else { round.see(to: due.target.id) }
    }

    private mutating func leave(_ turn: ProbeTurn) {
        limits.cancel(turn)
        store.release()
    }

    // MARK: confirmations

    /// Asks once more before a major event is told of: at once, and only where this instance made the call that saw it.
    private mutating func confirm(
        slot number: Int64, _ confirmation: Int = 1, of target: Target, imported: Bool, at now: Moment
    ) {
        let slot = Slot(target: target.id, interval: target.interval, number: number)
        // Of two observations of one millisecond chance decides which was the first.
        let time = now.wall + .milliseconds(1)
        timetable.confirm(
            Due(target: target, slot: slot.confirmed(confirmation), time: time, mayCall: !imported), at: time)
    }

    /// Somebody else is confirming, or is about to: each wait is as long as all before.
    private mutating func askAgain(_ turn: ProbeTurn, at now: Moment) {
        leave(turn)
        timetable.confirm(turn.due, at: now.wall + max(.milliseconds(100), now.wall - turn.due.time))
    }

    /// Whether the confirmation `due` was to show that the model is not found, and was answered.
    private func confirmsNotFound(_ due: Due, _ failure: FailureClass) -> Bool {
        targets[due.target.id]?.failure == .notFound && !failure.allowsRetry
    }

    // MARK: from the call to guard and store

    /// Takes the ends of calls: what they learned is published and handed to the store, side by side, and their places are free.
    mutating func take(_ ends: [ProbeEnd], at now: Moment) {
        settle(
            ends.compactMap { end in
                guard let flight = flights[end.id], !flight.hasEnded else { return nil }
                flights[end.id]?.hasEnded = true
                return LeaseOutcome(flight.lease, take(end.outcome, of: flight, at: now))
            })
    }

    private mutating func take(_ outcome: ProbeEnd.Outcome, of flight: Flight, at now: Moment) -> LeaseOutcome.Ending {
        let (due, target) = (flight.turn.due, flight.turn.due.target)
        switch outcome {
        case .answer(let answer):
            take(limits.end(flight.turn, nil, at: now), of: target, at: now)
            counts.ended(target, nil, fingerprint: answer.version.fingerprint, after: now.uptime - flight.begun)
            if let failure = answer.lookupFailure { counts.failedLookup(target, failure.failureClass) }
            log(targets.takeLookup(answer.lookupFailure, of: target, at: now.uptime))
            let observation = Observation(answer, id: flight.lease.id, of: due.slot, at: now.wall)
            record(RecordEntry(.observation(observation, imported: false), of: target, asked: flight.asked))
            timetable.end(target.id, slot: due.slot, at: now.wall)
            return .observed(observation)
        case .notMade:
            leave(flight.turn)
            timetable.end(target.id, slot: due.slot, at: now.wall)
            return .givenBack
        case .failure(let failure):
            fail(flight, failure, at: now)
            return .failed(failure.failureClass, retryAfter: failure.retryAfter)
        }
    }

    private mutating func fail(_ flight: Flight, _ failure: ProbeFailure, at now: Moment) {
        let (due, target) = (flight.turn.due, flight.turn.due.target)
        let isOfSlot = !due.slot.isConfirmation || confirmsNotFound(due, failure.failureClass)
        if isOfSlot { log(targets.line(of: failure, of: target, at: now.uptime)) }
        take(limits.end(flight.turn, failure, at: now), of: target, after: failure, at: now)
        counts.ended(target, failure.failureClass, fingerprint: nil, after: now.uptime - flight.begun)
        let hold = SlotState.hold(
            afterAttempt: flight.lease.attempt, allowsRetry: failure.failureClass.allowsRetry,
            retryAfter: failure.retryAfter)
        // A confirmation that failed says nothing of the slot, unless the slot's own probe failed so.
        guard isOfSlot else {
            store.release()
            if let hold { timetable.confirm(due, at: now.wall + hold) }
            return
        }
        record(
            RecordEntry(.failure(FailedAttempt(failure, for: due.slot, at: now.wall)), of: target, asked: flight.asked))
        if let hold, !round.isOn {
            timetable.hold(target.id, slot: due.slot, for: hold, at: now.wall)
        } else {
            timetable.end(target.id, slot: due.slot, at: now.wall)
        }
    }

    private mutating func settle(_ settlements: [LeaseOutcome]) {
        if !settlements.isEmpty { directives.append(.settle(settlements)) }
    }

    /// Takes note that the guard knows how these leases ended. Only now: a stop waits for what is published too.
    mutating func settled(_ ids: [UInt64]) {
        for id in ids {
            guard let flight = flights.removeValue(forKey: id) else { continue }
            round.see(to: flight.turn.due.target.id)
        }
    }

    private mutating func record(_ entry: RecordEntry) {
        targets.found(entry.finding)
        directives.append(.record(entry))
    }

    // MARK: from the store

    /// Takes what recording a finding made known.
    mutating func take(_ entry: RecordEntry, _ recorded: Recorded, at now: Moment) {
        store.release()
        let target = entry.target
        if let asked = entry.asked, entry.finding.isObservation { counts.ensured(target, after: now.uptime - asked) }
        for line in targets.take(entry.finding, of: target, recorded, at: now) { log(line) }
        counts.recorded(recorded, of: target)
        let imported = entry.asked == nil
        switch entry.finding {
        case .failure(let attempt): look(after: attempt, of: target, imported: imported, at: now)
        case .observation(let observation, let isImported):
            guard let life = recorded.update?.life, life.isHead(observation), let next = life.nextConfirmation() else {
                return
            }
            confirm(slot: observation.slot, next, of: target, imported: isImported, at: now)
        }
    }

    /// Asks once more at once whether the model is really not found, and only where this instance got the answer; where that is
    /// confirmed nobody asks for a while.
    private mutating func look(after attempt: FailedAttempt, of target: Target, imported: Bool, at now: Moment) {
        guard attempt.failureClass == .notFound else { return }
        if targets[target.id]?.trouble.isNotFound == true {
            take(limits.notFound(target, at: now), of: target, at: now)
        } else if !attempt.isConfirmation {
            confirm(slot: attempt.slot, of: target, imported: imported, at: now)
        }
    }

    /// Takes what a call of `target` changed in who is called: tells it, and has it kept.
    private mutating func take(
        _ changes: [StandOffChange], of target: Target, after failure: ProbeFailure? = nil, at now: Moment
    ) {
        guard !changes.isEmpty else { return }
        for change in changes {
            guard let line = change.line(of: target, after: failure, at: now) else { continue }
            let kind = "stand-off \(change.standOff.cause.rawValue) \(line.subject?.outcome ?? "")"
            log(change.standOff.scope.target == nil ? line : targets.gather(line, kind: kind, at: now.uptime))
        }
        directives.append(.keep(limits.kept(changes, at: now)))
    }
}
