import Logging
import PrompterCore

extension Pipeline {
    /// Begins one round in which every target's current slot is seen to once: ``finishRound()`` waits for its end.
    public func beginRound() {
        remaining = timetable.dueTargets(at: parts.clock().wall)
        tick()
    }

    /// Asks the guard for those that have a place. One question is under way at a time: what becomes ready meanwhile goes into
    /// the next one, so that batches grow with the load.
    func begin(at now: Moment) {
        guard admitting == nil, !isStopping else { return }
        var ready: [Due] = []
        for due in limits.begin() {
            if due.slot.isConfirmation, !due.fits(at: now.wall) {
                limits.release(due.target)
                continue
            }
            let (due, missed) = timetable.advance(due, at: now.wall)
            if missed > 0 { metrics.missed(due.target, missed) }
            if parts.recorder.reserve() {
                ready.append(due)
            } else {
                limits.release(due.target)
                tellStoreIsFull()
                skip(due, .store, at: now.wall)
            }
        }
        guard !ready.isEmpty else { return wakeWaiters() }
        admitting = now.uptime
        let claims = ready.map { due in
            Claim(
                slot: due.slot, id: .random(in: 1 ... .max), timeout: due.target.timeout, at: now.wall,
                mayCall: parts.mayCall && due.mayCall)
        }
        Task { await admit(ready, claims, at: now) }
    }

    private func admit(_ ready: [Due], _ claims: [Claim], at asked: Moment) async {
        let admissions = await parts.probeGuard.admit(claims, at: asked)
        let now = parts.clock()
        admitting = nil
        for (due, admission) in zip(ready, admissions) {
            metrics.guardAnswered(admission)
            switch admission {
            case .admitted(let lease): launch(due, lease, asked: asked, at: now)
            case .observed(let observation): adopt(.observation(observation, imported: true), due, at: now)
            case .failed where due.slot.isConfirmation: leave(due)
            case .held where due.slot.isConfirmation, .vacant where due.slot.isConfirmation: askAgain(due, at: now)
            case .failed(let failureClass):
                let attempt = FailedAttempt(
                    target: due.target.id, slot: due.slot.number, time: now.wall, failureClass: failureClass)
                adopt(.failure(attempt), due, at: now)
            case .held(let time): putOff(due, for: min(time, Self.patience(in: due.slot)), at: now)
            case .vacant: putOff(due, for: due.slot.interval / 4, skipping: .disabled, at: now)
            }
        }
        begin(at: now)
        rearm(at: now.wall)
    }

    /// How long a slot that somebody else holds is left alone. Most leases end long before they run out, and what they bring is
    /// to be imported inside the slot.
    private static func patience(in slot: Slot) -> Duration {
        max(.milliseconds(50), min(slot.interval / 8, .seconds(5)))
    }

    /// Asks once more before a major change is told of: at once, and only where this instance made the call that saw it.
    func confirm(_ observation: Observation, of target: Target, imported: Bool, at now: Moment) {
        let slot = Slot(target: target.id, interval: target.interval, number: observation.slot)
        timetable.confirm(
            Due(target: target, slot: slot.confirmation, time: now.wall, mayCall: !imported), at: now.wall)
    }

    /// Somebody else is confirming, or is about to: each wait is as long as all before.
    private func askAgain(_ due: Due, at now: Moment) {
        leave(due)
        timetable.confirm(due, at: now.wall + max(.milliseconds(100), now.wall - due.time))
    }

    private func leave(_ due: Due) {
        limits.release(due.target)
        parts.recorder.release()
    }

    /// Records what another instance learned in this slot.
    private func adopt(_ finding: Finding, _ due: Due, at now: Moment) {
        limits.release(due.target)
        submit(Recorder.Entry(finding, of: due.target))
        timetable.end(due.target.id, slot: due.slot, at: now.wall)
        finished(due.target.id)
    }

    private func putOff(_ due: Due, for time: Duration, skipping reason: SkipReason? = nil, at now: Moment) {
        limits.release(due.target)
        parts.recorder.release()
        if let reason, now.wall + time >= due.slot.end {
            skip(due, reason, at: now.wall)
        } else {
            timetable.hold(due.target.id, slot: due.slot, for: time, at: now.wall)
            if reason != nil { finished(due.target.id) }
        }
    }

    private func skip(_ due: Due, _ reason: SkipReason, at now: Timestamp) {
        metrics.skipped(due.target, reason)
        timetable.end(due.target.id, slot: due.slot, at: now)
        isChanged = true
        finished(due.target.id)
    }

    private func tellStoreIsFull() {
        guard !isStoreFull else { return }
        isStoreFull = true
        parts.log.error("store: \(parts.recorder.report.pending) findings wait for it: no probes until it takes them")
    }

    private func launch(_ due: Due, _ lease: Lease, asked: Moment, at now: Moment) {
        metrics.attempted(due.target)
        metrics.began(lateness: now.wall - due.time)
        let prober = probers.prober(for: due.target)
        flights[lease.id] = Flight(
            due: due, lease: lease, asked: asked.uptime, deadline: now.uptime + due.target.timeout)
        flights[lease.id]?.task = Task {
            let result: Result<ProbeAnswer, ProbeFailure>
            do throws(ProbeFailure) {
                result = .success(try await prober.probe(due.target, timeout: due.target.timeout))
            } catch {
                result = .failure(error)
            }
            await land(lease.id, result, wasBrokenOff: Task.isCancelled, since: now.uptime)
        }
    }

    /// Takes the end of a probe: what it learned is published and handed to the recorder, side by side, and its place is free.
    private func land(
        _ flight: UInt64, _ result: Result<ProbeAnswer, ProbeFailure>, wasBrokenOff: Bool, since start: Duration
    ) async {
        guard let flight = flights[flight] else { return }
        let (due, target) = (flight.due, flight.due.target)
        let now = parts.clock()
        let ending: Settlement.Ending
        limits.release(target)
        switch result {
        case .success(let answer):
            let observation = Observation(answer, lease: flight.lease, at: now.wall)
            metrics.ended(target, nil, fingerprint: answer.version.fingerprint, after: now.uptime - start)
            submit(Recorder.Entry(.observation(observation, imported: false), of: target, asked: flight.asked))
            timetable.end(target.id, slot: due.slot, at: now.wall)
            ending = .observed(observation)
        case .failure where wasBrokenOff:
            parts.recorder.release()
            timetable.end(target.id, slot: due.slot, at: now.wall)
            ending = .givenBack
        case .failure(let failure):
            fail(flight, failure, at: now, since: start)
            ending = .failed(failure.failureClass, retryAfter: failure.retryAfter)
        }
        begin(at: now)
        rearm(at: now.wall)
        await parts.probeGuard.settle([Settlement(flight.lease, ending)], at: now)
        // Only now: a stop waits for what is published too.
        flights[flight.lease.id] = nil
        finished(target.id)
    }

    private func fail(_ flight: Flight, _ failure: ProbeFailure, at now: Moment, since start: Duration) {
        let (due, target) = (flight.due, flight.due.target)
        if !due.slot.isConfirmation { tell(failure, of: target) }
        metrics.ended(target, failure.failureClass, fingerprint: nil, after: now.uptime - start)
        // A confirmation that failed says nothing of the slot, which has its observation.
        if due.slot.isConfirmation { return parts.recorder.release() }
        let attempt = FailedAttempt(
            target: target.id, slot: due.slot.number, time: now.wall, failureClass: failure.failureClass)
        submit(Recorder.Entry(.failure(attempt), of: target, asked: flight.asked))
        let (state, hold) = SlotState.afterFailure(
            failure.failureClass, attempt: flight.lease.attempt, retryAfter: failure.retryAfter)
        if case .held = state, remaining == nil {
            timetable.hold(target.id, slot: due.slot, for: hold, at: now.wall)
        } else {
            timetable.end(target.id, slot: due.slot, at: now.wall)
        }
    }

    private func submit(_ entry: Recorder.Entry) {
        let failure: FailureClass? = if case .failure(let attempt) = entry.finding { attempt.failureClass } else { nil }
        lastFailures.updateValue(failure, forKey: entry.target.id)
        parts.recorder.submit(entry)
    }

    private func finished(_ target: TargetID) {
        remaining?.remove(target)
        wakeWaiters()
    }

    /// One line when a target begins to fail or fails otherwise than before; a failure that goes on is no news, also while
    /// the store takes nothing.
    private func tell(_ failure: ProbeFailure, of target: Target) {
        let last = lastFailures[target.id] ?? metrics.memory(of: target.id)?.failure
        let isNews = last != failure.failureClass
        parts.log.log(
            level: isNews ? .warning : .debug, "\(target.provider.name) \(target.model): \(failure)",
            metadata: Self.metadata(of: target, outcome: failure.failureClass.rawValue))
    }

    static func metadata(of target: Target, outcome: String) -> Logger.Metadata {
        ["provider": "\(target.provider.name)", "model": "\(target.model)", "outcome": "\(outcome)"]
    }
}
