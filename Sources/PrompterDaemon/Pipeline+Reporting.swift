import Logging
public import PrompterCore

extension Pipeline {
    /// Takes what became of a batch of findings: counts it, and tells what is news.
    public func recorded(_ outcome: Recorder.Outcome) {
        let now = parts.clock()
        isChanged = true
        switch outcome {
        case .committed(let batch):
            for (entry, recorded) in batch { take(entry, recorded, at: now) }
        case .failing(let reason):
            parts.log.error("store: \(SafeText(reason)); findings wait in memory until it works again")
        case .restored:
            isStoreFull = false
            parts.log.notice("store: works again")
        }
        rearm(at: now)
    }

    /// Says that something else that the textfile shows has changed.
    public func noteChange() {
        isChanged = true
        rearm(at: parts.clock())
    }

    private func take(_ entry: Recorder.Entry, _ recorded: Recorded, at now: Moment) {
        if let asked = entry.asked, case .observation = entry.finding {
            metrics.ensured(entry.target, after: now.uptime - asked)
        }
        if case .observation = entry.finding, let failure = metrics.memory(of: entry.target.id)?.failure {
            // That a provider's failure is over is told once and not for each target.
            parts.log.log(
                level: failure.isToldByLimits ? .debug : .notice,
                "\(entry.target.provider.name) \(entry.target.model): answers again (was \(failure.rawValue))",
                metadata: Self.metadata(of: entry.target, outcome: "success"))
        }
        metrics.recorded(entry.finding, of: entry.target, recorded, at: now.wall)
        for event in recorded.events { tell(event, of: entry.target) }
        if case .failure(let attempt) = entry.finding {
            look(after: attempt, of: entry.target, imported: entry.asked == nil, at: now)
        }
        if case .observation(let observation, let imported) = entry.finding, recorded.life?.isHead(observation) == true,
            let next = recorded.life?.nextConfirmation()
        {
            confirm(slot: observation.slot, next, of: entry.target, imported: imported, at: now)
        }
    }

    /// Asks once more at once whether the model is really not found, and only where this instance got the answer; where that
    /// is confirmed nobody asks for a while.
    private func look(after attempt: FailedAttempt, of target: Target, imported: Bool, at now: Moment) {
        guard attempt.failureClass == .notFound else { return }
        if metrics.memory(of: target.id)?.trouble.isNotFound == true {
            take(limits.notFound(target, at: now), of: target, at: now)
        } else if !attempt.isConfirmation {
            confirm(slot: attempt.slot, of: target, imported: imported, at: now)
        }
    }

    private func tell(_ event: Event, of target: Target) {
        let level: Logger.Level =
            switch event.severity {
            case .info: .info
            case .minor: .notice
            case .major: .warning
            }
        parts.log.log(
            level: level, "\(target.provider.name) \(SafeText(event.text(model: target.model), limit: 1024))",
            metadata: Self.metadata(of: target, outcome: event.kind.rawValue))
    }

    /// The counts and the load at one moment.
    public struct Snapshot: Sendable {
        public var metrics: ProbeMetrics
        public var load: Load
        /// Larger than that of every snapshot before.
        public var number: Int
    }

    /// How much the pipeline has to do now.
    public struct Load: Sendable {
        public var workers: Int
        public var inFlight: Int
        public var waiting: Int
        public var nextDue: Timestamp?
        public var targets: Int
    }

    /// The counts and the load now.
    public var view: Snapshot {
        var metrics = metrics
        metrics.limits = limits.report
        let load = Load(
            workers: limits.workers, inFlight: flights.count, waiting: limits.waiting, nextDue: timetable.nextDue,
            targets: timetable.count)
        return Snapshot(metrics: metrics, load: load, number: snapshots)
    }

    /// A snapshot for the textfile, where a new one is due: something changed, and the last one is 15 s old.
    ///
    /// - Parameter isForced: whether one is due anyhow.
    public func snapshot(isForced: Bool) -> Snapshot? {
        let moment = parts.clock()
        let now = moment.wall
        let isPaused = lastSnapshot.map { $0 <= now && now - $0 < Self.textfilePause } ?? false
        guard isForced || isChanged && !isPaused else { return nil }
        isChanged = false
        lastSnapshot = now
        snapshots += 1
        rearm(at: moment)
        return view
    }

    /// How many targets have no version: their last finding here is a failure or, where there is none, their last attempt. An
    /// observation that another instance made before this one's own attempt failed is a finding, too.
    public func failedTargets() -> Int {
        lastFailures.reduce(metrics.failedTargets) { count, last in
            guard let memory = metrics.memory(of: last.key) else { return count }
            return count - (memory.failure == nil ? 0 : 1) + (last.value == nil ? 0 : 1)
        }
    }
}
