/// What is known of each watched target, and what of it is news for the log.
struct TargetStates: Sendable {
    private(set) var memories = TargetMemories()
    /// How each target's last finding here ended, recorded or not; `nil` inside for a success.
    private var lastFailures: [TargetID: FailureClass?] = [:]
    /// Why the lookups fail that fail beside completions which succeed.
    private var failingLookups: [TargetID: FailureClass] = [:]
    private var alike = AlikeLines()

    init() {}

    /// What is known of `target`; `nil` where it is not watched.
    subscript(target: TargetID) -> TargetMemory? { memories[target] }

    /// Whether `target` is watched.
    func isKnown(_ target: TargetID) -> Bool { memories.contains(target) }

    /// Takes over `targets`; nothing is kept of others.
    ///
    /// - Parameter memory: what the store knows of the targets that are new.
    mutating func replace(with targets: [Target], memory: [TargetID: TargetMemory]) {
        memories.replace(with: targets, memory: memory)
        lastFailures = lastFailures.filter { isKnown($0.key) }
        failingLookups = failingLookups.filter { isKnown($0.key) }
    }

    /// Takes `memory` of `targets` in place of what was known of them.
    mutating func restore(_ memory: [TargetID: TargetMemory], of targets: [TargetID]) {
        for target in targets { memories.change(target) { $0 = memory[target] ?? TargetMemory() } }
    }

    /// The targets of which something later than `now` is known.
    func ahead(of now: Timestamp) -> [TargetID] { memories.all.filter { $0.memory.isAhead(of: now) }.map(\.target) }

    /// How many targets are in `skipped`, or have no version: their last finding here is a failure or, where there is none, their
    /// last attempt. An observation that another instance made before this one's own attempt failed is a finding, too.
    func failed(orIn skipped: Set<TargetID>) -> Int {
        memories.all.count { target, memory in
            if skipped.contains(target) {
                true
            } else if let last = lastFailures[target] {
                last != nil
            } else {
                memory.failure != nil
            }
        }
    }

    /// Takes note of a finding that is yet to be recorded.
    mutating func found(_ finding: Finding) {
        guard isKnown(finding.target) else { return }
        let failure: FailureClass? = if case .failure(let attempt) = finding { attempt.failureClass } else { nil }
        lastFailures.updateValue(failure, forKey: finding.target)
    }

    /// One line when a target begins to fail or fails otherwise than before; a failure that goes on is no news, also while the store
    /// takes nothing. What is wrong with the provider is told once and not for each target.
    mutating func line(of failure: ProbeFailure, of target: Target, at uptime: Uptime) -> LogLine {
        let last = lastFailures[target.id] ?? memories[target.id]?.failure
        let isNews = failure.scope != .provider && last != failure.failureClass
        return alike.take(
            LogLine(
                isNews ? .warning : .debug, .failure(failure.failureClass),
                "\(target.provider.name) \(target.model): \(failure)", of: target,
                outcome: failure.failureClass.rawValue), kind: failure.failureClass.rawValue, at: uptime)
    }

    /// What was too much for a line of its own since the last pulse.
    ///
    /// - Parameter uptime: `nil` for the last time.
    mutating func flushLines(at uptime: Uptime?) -> [LogLine] { alike.flush(at: uptime) }

    /// - Parameter kind: what lines that say the same have in common.
    /// - Returns: `line`, for debugging alone where others say the same.
    mutating func gather(_ line: LogLine, kind: String, at uptime: Uptime) -> LogLine {
        alike.take(line, kind: kind, at: uptime)
    }

    /// Takes how the lookup beside a completion of `target` ended. That it fails says nothing against the completion, but what only it
    /// shows is not watched meanwhile.
    ///
    /// - Parameter failure: `nil` where it told what it should, or none is made.
    /// - Returns: one line when that begins, and one when it ends.
    mutating func takeLookup(_ failure: ProbeFailure?, of target: Target, at uptime: Uptime) -> LogLine? {
        guard isKnown(target.id) else { return nil }
        let last = failingLookups[target.id]
        failingLookups[target.id] = failure?.failureClass
        if let failure {
            return alike.take(
                LogLine(
                    last == nil ? .warning : .debug, .condition(.lookupFailing),
                    "\(target.provider.name) \(target.model): answers, but its lookup fails: \(failure)", of: target,
                    outcome: failure.failureClass.rawValue), kind: "lookup \(failure.failureClass.rawValue)", at: uptime
            )
        }
        return last.map {
            alike.take(
                LogLine(
                    .notice, .condition(.lookupRecovered),
                    "\(target.provider.name) \(target.model): its lookup works again (was \($0.rawValue))", of: target,
                    outcome: "success"), kind: "lookup works, was \($0.rawValue)", at: uptime)
        }
    }

    /// Takes over what recording `finding` made known.
    ///
    /// - Returns: what of it is news.
    mutating func take(
        _ finding: Finding, of target: Target, _ recorded: Recorded, at now: Moment
    ) -> [LogLine] {
        var lines: [LogLine] = []
        if case .observation = finding, let failure = memories[target.id]?.failure {
            // That a provider's failure is over is told once and not for each target.
            lines.append(
                alike.take(
                    LogLine(
                        failure.isToldByLimits ? .debug : .notice, .condition(.targetRecovered),
                        "\(target.provider.name) \(target.model): answers again (was \(failure.rawValue))", of: target,
                        outcome: "success"), kind: "works, was \(failure.rawValue)", at: now.uptime))
        }
        memories.change(finding.target) { $0.take(recorded) }
        return lines
            + recorded.events.map { event in
                let line = Self.line(of: event, of: target)
                // These come of what may be a whole provider's trouble.
                guard [.refused, .accepted].contains(event.kind) else { return line }
                return alike.take(line, kind: event.kind.rawValue, at: now.uptime)
            }
    }

    private static func line(of event: Event, of target: Target) -> LogLine {
        let level: LogLine.Level =
            switch event.severity {
            case .info: .info
            case .minor: .notice
            case .major: .warning
            }
        var line = LogLine(
            level, .event(event.kind),
            "\(target.provider.name) \(SafeText(event.text(model: target.model), limit: 1024))", of: target,
            outcome: event.kind.rawValue)
        // The target's other watches have no part in it.
        if let watch = event.watch {
            line.subject?.templates = [watch.template]
            line.subject?.target = nil
        }
        return line
    }
}
