extension SchedulerState {
    // MARK: asking once more

    /// Asks once more before a major event is told of: at once, and only where this instance made the call that saw it. A run of one
    /// round sees to each target once, and leaves that to the next.
    private mutating func confirm(
        slot number: Int64, _ confirmation: Int = 1, of entry: RecordEntry, imported: Bool, at now: Moment
    ) {
        guard !round.isOn else { return }
        let target = entry.target
        let slot = Slot(target: target.id, interval: target.interval, number: number)
        // Of two observations of one millisecond chance decides which was the first.
        let time = now.wall + .milliseconds(1)
        let due = Due(
            target: target, slot: slot.confirmed(confirmation), time: time, mayCall: !imported, isExtra: entry.isExtra)
        timetable.confirm(due, at: time)
    }

    /// Somebody else is confirming, or is about to.
    mutating func askAgain(_ turn: ProbeTurn, at now: Moment) {
        leave(turn)
        confirmLater(turn.due, at: now)
        seek(turn.due.target, at: now)
    }

    /// Puts the confirmation `due` off: each wait is as long as all before.
    mutating func confirmLater(_ due: Due, at now: Moment) {
        timetable.confirm(due, at: now.wall + max(.milliseconds(100), now.wall - due.time))
    }

    /// Whether the confirmation `due` was to show that the model is not found, and was answered.
    func confirmsNotFound(_ due: Due, _ failure: FailureClass) -> Bool {
        targets[due.target.id]?.failure == .notFound && !failure.allowsRetry
    }

    // MARK: what the store makes known

    /// Takes what recording a finding made known.
    mutating func take(_ entry: RecordEntry, _ recorded: Recorded, at now: Moment) {
        store.release()
        let target = entry.target
        if let asked = entry.asked, entry.finding.isObservation { counts.ensured(target, after: now.uptime - asked) }
        for line in targets.take(entry.finding, of: target, recorded, at: now) { log(line) }
        counts.recorded(recorded, of: target)
        switch entry.finding {
        case .failure(let attempt): look(after: attempt, entry, at: now)
        case .observation(let observation, let isImported):
            let memory = targets[target.id]
            add(
                questions.committed(observation.id, isNew: recorded.isNewVersion) {
                    let life = recorded.update?.life ?? memory?.heldLife
                    return life?.life.confidence(model: target.model) ?? .absent
                })
            guard let next = recorded.update?.nextConfirmation else { return }
            confirm(slot: observation.slot, next, of: entry, imported: isImported, at: now)
        }
    }

    /// Asks once more at once whether the model is really not found, and only where this instance got the answer; where that is
    /// confirmed nobody asks for a while.
    private mutating func look(after attempt: FailedAttempt, _ entry: RecordEntry, at now: Moment) {
        guard attempt.failureClass == .notFound, let memory = targets[entry.target.id] else { return }
        if memory.trouble.isNotFound {
            take(limits.notFound(entry.target, at: now), of: entry.target, at: now)
        } else if !attempt.isConfirmation {
            confirm(slot: attempt.slot, of: entry, imported: entry.asked == nil, at: now)
        }
    }
}
