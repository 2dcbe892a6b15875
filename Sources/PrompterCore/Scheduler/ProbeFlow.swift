/// What the guard is being asked.
struct GuardRequest: Sendable {
    var turns: [ProbeTurn]
    var asked: Moment
}

/// A due target's way: it waits for a place, the guard is asked, it is called, and what was learned goes to the guard and the store.
extension SchedulerState {
    /// Whether nothing is under way: no probe, and no question to the guard.
    var isIdle: Bool { flights.isEmpty && request == nil }
    var inFlight: Int { flights.count }

    /// Whether a due target waits at `uptime` that could be served.
    func hasServable(at uptime: Uptime) -> Bool { store.free > 0 && limits.hasServable(at: uptime) }

    /// Since when the guard has been asked; `nil` where it is not being asked.
    var askedSince: Uptime? { request?.asked.uptime }

    /// Whether every call has ended within `patience` after its time.
    func areCallsInTime(_ patience: Duration, at now: Moment) -> Bool { flights.areInTime(patience, at: now) }

    /// Whether the probe of `target`, which is in flight, may make one more call; it then counts towards the rate.
    mutating func mayGoOn(_ target: Target, at now: Moment) -> Bool {
        limits.goOn(target, isForced: flights.isForced(target.id), at: now)
    }

    // MARK: from due to the guard

    /// Asks the guard for those that have a place. One question is under way at a time: what becomes ready meanwhile goes into the next
    /// one, so that batches grow with the load.
    mutating func begin(at now: Moment) {
        guard !isStopping else { return refuseIdle(.stopping) }
        if store.free == 0, let reason = store.failure { refuseIdle(.store(reason)) }
        callForced(at: now)
        guard request == nil else { return }
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
        request = GuardRequest(turns: ready, asked: now)
        let mayCall = mayCall
        add(
            .admit(
                ready.map { turn in
                    LeaseRequest(
                        slot: turn.due.slot, id: ids.next(), timeout: turn.due.target.timeout, at: now.wall,
                        mayCall: mayCall && turn.mayCall)
                }))
    }

    /// Calls those that somebody asked for in any case. The guard is not asked: it would refuse a slot that has its observation.
    private mutating func callForced(at now: Moment) {
        for target in questions.toCall where store.free > 0 && !underWay.contains(target.id) {
            let due = claim(target, at: now)
            guard let turn = prepare(limits.force(due, at: now), at: now) else { continue }
            call(Flights.Flight(turn: turn, asked: now.uptime, begun: now.uptime), id: ids.next(), at: now)
        }
    }

    /// A store that is slow keeps targets waiting; in one that fails a round would wait for ever.
    private mutating func waitForStore(at now: Moment) {
        guard limits.waiting > 0 else { return }
        log(store.note(isAwaited: true))
        guard store.failure != nil, round.isUnderWay else { return }
        for due in limits.drain() { skip(due, .store, at: now) }
    }

    /// Reserves what `turn` needs beside its place.
    ///
    /// - Returns: `nil` where it is not to be asked for: its place is free again.
    private mutating func prepare(_ turn: ProbeTurn, at now: Moment) -> ProbeTurn? {
        let (target, slot) = (turn.due.target.id, turn.due.slot)
        let isUnderWay = underWay.contains(target)
        if slot.isConfirmation, isUnderWay || !turn.due.fits(at: now.wall) {
            limits.cancel(turn)
            if isUnderWay { confirmLater(turn.due, at: now) }
            return nil
        }
        let (due, missed) = timetable.advance(turn.due, at: now.wall)
        if missed > 0 { passed(missed, of: due.target, at: now) }
        if !slot.isConfirmation, isUnderWay {
            limits.cancel(turn)
            timetable.hold(target, slot: due.slot, for: .seconds(1), at: now.wall)
            return nil
        }
        if due.isExtra, !slot.isConfirmation, !questions.wait(on: target) {
            limits.cancel(turn)
            timetable.end(target, slot: due.slot, at: now.wall)
            return nil
        }
        store.reserve()
        underWay.insert(target)
        var turn = turn
        turn.due = due
        return turn
    }

    // MARK: from the guard to the call

    mutating func take(_ admissions: [Admission], at now: Moment) {
        guard let request else { preconditionFailure("the guard answers what it was asked") }
        precondition(admissions.count == request.turns.count, "the guard answers each request")
        self.request = nil
        var unused: [LeaseOutcome] = []
        for (turn, admission) in zip(request.turns, admissions) {
            counts.guardAnswered(admission)
            switch ProbeAdmission(admission, to: turn.due.slot) {
            case .admitted(let lease):
                if let settlement = launch(turn, lease, asked: request.asked, at: now) { unused.append(settlement) }
            case .observed(let observation): adopt(.observation(observation, imported: true), turn, at: now)
            case .failed(let failure): takeGivenUp(turn, failure, at: now)
            case .held where turn.due.slot.isConfirmation, .vacant where turn.due.slot.isConfirmation:
                askAgain(turn, at: now)
            case .held(let time): wait(turn, for: time, at: now)
            case .vacant: putOff(turn, by: turn.limit, at: now)
            }
        }
        settle(unused)
    }

    /// Begins the call of `turn`.
    ///
    /// - Returns: how its lease ends where it is not to be called after all.
    private mutating func launch(_ turn: ProbeTurn, _ lease: Lease, asked: Moment, at now: Moment) -> LeaseOutcome? {
        var flight = Flights.Flight(turn: turn, lease: lease, asked: asked.uptime, begun: now.uptime)
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
            flight.hasEnded = true
            flights.add(flight, id: lease.id)
            return LeaseOutcome(lease, .givenBack)
        }
        call(flight, id: lease.id, at: now)
        return nil
    }

    private mutating func call(_ flight: Flights.Flight, id: UInt64, at now: Moment) {
        let due = flight.turn.due
        flights.add(flight, id: id)
        questions.called(due.target.id, isForced: flight.lease == nil)
        counts.attempted(due.target)
        counts.began(lateness: now.wall - due.time)
        add(
            .probe(
                ProbeOrder(
                    id: id, target: due.target, isOnNewConnection: due.slot.isConfirmation,
                    isForced: flight.lease == nil)))
    }

    /// Takes that another instance gave the slot up.
    private mutating func takeGivenUp(_ turn: ProbeTurn, _ failure: FailureClass, at now: Moment) {
        let due = turn.due
        if due.slot.isConfirmation, !confirmsNotFound(due, failure) {
            leave(turn)
            return seek(due.target, at: now)
        }
        let standOff = limits.standOff(on: due.target, at: now)
        reply(
            on: due.target,
            .notMade(standOff.map { .standOff($0.cause, rest: $0.end - now.uptime) } ?? .givenUp(failure)))
        // It is recorded already, or nobody's to record.
        if due.isExtra {
            leave(turn)
            return timetable.end(due.target.id, slot: due.slot, at: now.wall)
        }
        let attempt = FailedAttempt(
            target: due.target.id, slot: due.slot.number, time: now.wall, failureClass: failure,
            isConfirmation: due.slot.isConfirmation)
        adopt(.failure(attempt), turn, at: now)
    }

    /// Records what another instance learned in this slot.
    private mutating func adopt(_ finding: Finding, _ turn: ProbeTurn, at now: Moment) {
        let due = turn.due
        limits.cancel(turn)
        underWay.remove(due.target.id)
        if finding.isObservation { take(limits.observedElsewhere(due.target), of: due.target, at: now) }
        record(RecordEntry(finding, of: due.target, isExtra: due.isExtra))
        timetable.end(due.target.id, slot: due.slot, at: now.wall)
        round.see(to: due.target.id)
    }

    // MARK: from the call to guard and store

    /// Takes the ends of calls: what they learned is published and handed to the store, side by side, and their places are free.
    mutating func take(_ ends: [ProbeEnd], at now: Moment) {
        settle(
            ends.compactMap { end in
                guard let flight = flights.end(end.id) else { return nil }
                let ending = take(end, of: flight, at: now)
                if flight.lease == nil { round.see(to: flight.turn.due.target.id) }
                return flight.lease.map { LeaseOutcome($0, ending) }
            })
    }

    private mutating func take(_ end: ProbeEnd, of flight: Flights.Flight, at now: Moment) -> LeaseOutcome.Ending {
        let (due, target) = (flight.turn.due, flight.turn.due.target)
        switch end.outcome {
        case .answer(let answer):
            underWay.remove(target.id)
            take(limits.end(flight.turn, nil, at: now), of: target, at: now)
            counts.ended(target, nil, fingerprint: answer.version.fingerprint, after: now.uptime - flight.begun)
            if let failure = answer.lookupFailure { counts.failedLookup(target, failure.failureClass) }
            log(targets.takeLookup(answer.lookupFailure, of: target, at: now.uptime))
            let observation = Observation(answer, id: end.id, of: due.slot, at: now.wall)
            record(
                RecordEntry(
                    .observation(observation, imported: false), of: target, asked: flight.asked, isExtra: due.isExtra))
            timetable.end(target.id, slot: due.slot, at: now.wall)
            return .observed(observation)
        case .notMade:
            leave(flight.turn)
            if isStopping || flight.lease == nil {
                reply(on: target, .notMade(.stopping))
                timetable.end(target.id, slot: due.slot, at: now.wall)
            } else if due.slot.isConfirmation {
                confirmLater(due, at: now)
            } else {
                // Those who ask wait for that call.
                timetable.hold(target.id, slot: due.slot, for: .seconds(1), at: now.wall)
            }
            return .givenBack
        case .failure(let failure):
            underWay.remove(target.id)
            reply(on: target, .failure(failure))
            fail(flight, failure, at: now)
            return .failed(failure.failureClass, retryAfter: failure.retryAfter)
        }
    }

    private mutating func fail(_ flight: Flights.Flight, _ failure: ProbeFailure, at now: Moment) {
        let (due, target) = (flight.turn.due, flight.turn.due.target)
        let isOfSlot = !due.slot.isConfirmation || confirmsNotFound(due, failure.failureClass)
        if isOfSlot { log(targets.line(of: failure, of: target, at: now.uptime)) }
        take(limits.end(flight.turn, failure, at: now), of: target, after: failure, at: now)
        counts.ended(target, failure.failureClass, fingerprint: nil, after: now.uptime - flight.begun)
        let hold = SlotState.hold(
            afterAttempt: flight.lease?.attempt ?? 1, allowsRetry: failure.failureClass.allowsRetry,
            retryAfter: failure.retryAfter)
        // A confirmation that failed says nothing of the slot, unless the slot's own probe failed so.
        guard isOfSlot else {
            store.release()
            if let hold { timetable.confirm(due, at: now.wall + hold) }
            return
        }
        let attempt = FailedAttempt(failure, for: due.slot, at: now.wall)
        record(RecordEntry(.failure(attempt), of: target, asked: flight.asked, isExtra: due.isExtra))
        if let hold, !round.isOn, !due.isExtra {
            timetable.hold(target.id, slot: due.slot, for: hold, at: now.wall)
        } else {
            timetable.end(target.id, slot: due.slot, at: now.wall)
        }
    }

    private mutating func settle(_ settlements: [LeaseOutcome]) {
        if !settlements.isEmpty { add(.settle(settlements)) }
    }

    /// Takes note that the guard knows how these leases ended. Only now: a stop waits for what is published too.
    mutating func settled(_ ids: [UInt64]) {
        for id in ids {
            guard let flight = flights.settle(id) else { continue }
            round.see(to: flight.turn.due.target.id)
        }
    }
}
