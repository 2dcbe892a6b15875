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
        guard admitting == nil, !isStopping else { return wakeWaiters() }
        var ready: [Begun] = []
        // What is not to be asked for after all leaves its place to others.
        while ready.isEmpty {
            let begun = limits.begin(at: now)
            if begun.isEmpty { break }
            ready = begun.compactMap { prepare($0, at: now) }
        }
        guard !ready.isEmpty else { return wakeWaiters() }
        admitting = now.uptime
        let claims = ready.map { begun in
            Claim(
                slot: begun.due.slot, id: .random(in: 1 ... .max), timeout: begun.due.target.timeout, at: now.wall,
                mayCall: parts.mayCall && begun.mayCall)
        }
        Task { await admit(ready, claims, at: now) }
    }

    /// Reserves what `begun` needs beside its place.
    ///
    /// - Returns: `nil` where it is not to be asked for: its place is free again.
    private func prepare(_ begun: Begun, at now: Moment) -> Begun? {
        if begun.due.slot.isConfirmation, !begun.due.fits(at: now.wall) {
            limits.cancel(begun)
            return nil
        }
        let (due, missed) = timetable.advance(begun.due, at: now.wall)
        if missed > 0 { passed(missed, of: due.target, at: now) }
        guard parts.recorder.reserve() else {
            limits.cancel(begun)
            tellStoreIsFull()
            skip(due, .store, at: now.wall)
            return nil
        }
        var begun = begun
        begun.due = due
        return begun
    }

    private func admit(_ ready: [Begun], _ claims: [Claim], at asked: Moment) async {
        let admissions = await parts.probeGuard.admit(claims, at: asked)
        let now = parts.clock()
        var unused: [Settlement] = []
        for (begun, admission) in zip(ready, admissions) {
            let due = begun.due
            metrics.guardAnswered(admission)
            switch admission {
            case .admitted(let lease) where isStopping:
                leave(begun)
                unused.append(Settlement(lease, .givenBack))
            case .admitted(let lease): launch(begun, lease, asked: asked, at: now)
            case .observed(let observation): adopt(.observation(observation, imported: true), begun, at: now)
            case .failed(let failureClass) where !due.slot.isConfirmation || confirmsNotFound(due, failureClass):
                let attempt = FailedAttempt(
                    target: due.target.id, slot: due.slot.number, time: now.wall, failureClass: failureClass,
                    isConfirmation: due.slot.isConfirmation)
                adopt(.failure(attempt), begun, at: now)
            case .failed: leave(begun)
            case .held where due.slot.isConfirmation, .vacant where due.slot.isConfirmation: askAgain(begun, at: now)
            case .held(let time): putOff(begun, for: min(time, Self.patience(in: due.slot)), at: now)
            case .vacant: putOff(begun, by: begun.limit, at: now)
            }
        }
        if !unused.isEmpty { await parts.probeGuard.settle(unused, at: now) }
        admitting = nil
        begin(at: now)
        rearm(at: now)
    }

    /// How long a slot that somebody else holds is left alone. Most leases end long before they run out, and what they bring is
    /// to be imported inside the slot.
    private static func patience(in slot: Slot) -> Duration {
        max(.milliseconds(50), min(slot.interval / 8, .seconds(5)))
    }

    /// Asks once more before a major event is told of: at once, and only where this instance made the call that saw it.
    func confirm(slot number: Int64, _ confirmation: Int = 1, of target: Target, imported: Bool, at now: Moment) {
        let slot = Slot(target: target.id, interval: target.interval, number: number)
        // Of two observations of one millisecond chance decides which was the first.
        let time = now.wall + .milliseconds(1)
        timetable.confirm(
            Due(target: target, slot: slot.confirmed(confirmation), time: time, mayCall: !imported), at: time)
    }

    /// Somebody else is confirming, or is about to: each wait is as long as all before.
    private func askAgain(_ begun: Begun, at now: Moment) {
        leave(begun)
        timetable.confirm(begun.due, at: now.wall + max(.milliseconds(100), now.wall - begun.due.time))
    }

    private func leave(_ begun: Begun) {
        limits.cancel(begun)
        parts.recorder.release()
    }

    /// Records what another instance learned in this slot.
    private func adopt(_ finding: Finding, _ begun: Begun, at now: Moment) {
        let due = begun.due
        limits.cancel(begun)
        if finding.isObservation { take(limits.observedElsewhere(due.target), of: due.target, at: now) }
        submit(Recorder.Entry(finding, of: due.target))
        timetable.end(due.target.id, slot: due.slot, at: now.wall)
        finished(due.target.id)
    }

    /// Asks again later what may not be called now, so that what another instance observes meanwhile is imported.
    private func putOff(_ begun: Begun, by limit: Limit?, at now: Moment) {
        let pause = begun.due.slot.interval / 4
        putOff(
            begun, for: limit.map { min(Self.wait(until: $0.until, at: now), pause) } ?? pause,
            skipping: limit?.reason ?? .disabled, at: now)
    }

    private func putOff(_ begun: Begun, for time: Duration, skipping reason: SkipReason? = nil, at now: Moment) {
        let due = begun.due
        leave(begun)
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

    private func launch(_ begun: Begun, _ lease: Lease, asked: Moment, at now: Moment) {
        let target = begun.due.target
        let prober = probers.prober(for: target)
        flights[lease.id] = Flight(
            begun: begun, lease: lease, asked: asked.uptime, deadline: now.uptime + target.timeout)
        flights[lease.id]?.task = Task {
            // What was read since the guard was asked may forbid the call.
            if let limit = limits.limit(on: begun, at: parts.clock()) { return await giveBack(lease.id, limit) }
            metrics.attempted(target)
            metrics.began(lateness: now.wall - begun.due.time)
            let result: Result<ProbeAnswer, ProbeFailure>
            do throws(ProbeFailure) {
                result = .success(
                    try await prober.probe(
                        target, timeout: target.timeout, onNewConnection: begun.due.slot.isConfirmation))
            } catch {
                result = .failure(error)
            }
            await land(lease.id, result, wasBrokenOff: Task.isCancelled, since: now.uptime)
        }
    }

    private func giveBack(_ flight: UInt64, _ limit: Limit) async {
        guard let flight = flights[flight] else { return }
        let now = parts.clock()
        if flight.begun.due.slot.isConfirmation {
            askAgain(flight.begun, at: now)
        } else {
            putOff(flight.begun, by: limit, at: now)
        }
        begin(at: now)
        rearm(at: now)
        await parts.probeGuard.settle([Settlement(flight.lease, .givenBack)], at: now)
        flights[flight.lease.id] = nil
        wakeWaiters()
    }

    /// Takes the end of a probe: what it learned is published and handed to the recorder, side by side, and its place is free.
    private func land(
        _ flight: UInt64, _ result: Result<ProbeAnswer, ProbeFailure>, wasBrokenOff: Bool, since start: Duration
    ) async {
        guard let flight = flights[flight] else { return }
        let (due, target) = (flight.begun.due, flight.begun.due.target)
        let now = parts.clock()
        let ending: Settlement.Ending
        switch result {
        case .success(let answer):
            take(limits.end(flight.begun, nil, at: now), of: target, at: now)
            let observation = Observation(answer, lease: flight.lease, at: now.wall)
            metrics.ended(target, nil, fingerprint: answer.version.fingerprint, after: now.uptime - start)
            takeLookup(answer.lookupFailure, of: target)
            submit(Recorder.Entry(.observation(observation, imported: false), of: target, asked: flight.asked))
            timetable.end(target.id, slot: due.slot, at: now.wall)
            ending = .observed(observation)
        case .failure where wasBrokenOff:
            leave(flight.begun)
            timetable.end(target.id, slot: due.slot, at: now.wall)
            ending = .givenBack
        case .failure(let failure):
            fail(flight, failure, at: now, since: start)
            ending = .failed(failure.failureClass, retryAfter: failure.retryAfter)
        }
        begin(at: now)
        rearm(at: now)
        await parts.probeGuard.settle([Settlement(flight.lease, ending)], at: now)
        // Only now: a stop waits for what is published too.
        flights[flight.lease.id] = nil
        finished(target.id)
    }

    private func fail(_ flight: Flight, _ failure: ProbeFailure, at now: Moment, since start: Duration) {
        let (due, target) = (flight.begun.due, flight.begun.due.target)
        let isOfSlot = !due.slot.isConfirmation || confirmsNotFound(due, failure.failureClass)
        if isOfSlot { tell(failure, of: target) }
        take(limits.end(flight.begun, failure, at: now), of: target, after: failure, at: now)
        metrics.ended(target, failure.failureClass, fingerprint: nil, after: now.uptime - start)
        let (state, hold) = SlotState.afterFailure(
            failure.failureClass, attempt: flight.lease.attempt, retryAfter: failure.retryAfter)
        // A confirmation that failed says nothing of the slot, unless the slot's own probe failed so.
        guard isOfSlot else {
            parts.recorder.release()
            if case .held = state { timetable.confirm(due, at: now.wall + hold) }
            return
        }
        let attempt = FailedAttempt(failure, for: due.slot, at: now.wall)
        submit(Recorder.Entry(.failure(attempt), of: target, asked: flight.asked))
        if case .held = state, remaining == nil {
            timetable.hold(target.id, slot: due.slot, for: hold, at: now.wall)
        } else {
            timetable.end(target.id, slot: due.slot, at: now.wall)
        }
    }

    /// Whether the confirmation `due` was to show that the model is not found, and was answered.
    private func confirmsNotFound(_ due: Due, _ failure: FailureClass) -> Bool {
        metrics.memory(of: due.target.id)?.failure == .notFound && !failure.allowsRetry
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
        // What is wrong with the provider is told once and not for each target.
        let isNews = failure.scope != .provider && last != failure.failureClass
        parts.log.log(
            level: isNews ? .warning : .debug, "\(target.provider.name) \(target.model): \(failure)",
            metadata: Self.metadata(of: target, outcome: failure.failureClass.rawValue))
    }

    static func metadata(of target: Target, outcome: String) -> Logger.Metadata {
        ["provider": "\(target.provider.name)", "model": "\(target.model)", "outcome": "\(outcome)"]
    }
}
