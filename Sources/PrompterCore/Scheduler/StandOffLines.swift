extension StandOffChange {
    /// Who waits no longer than this is not worth a line.
    private static let shortRest: Duration = .seconds(600)

    /// One line when a stand-off begins and one when it ends.
    ///
    /// - Parameters:
    ///   - target: whose call changed it.
    ///   - failure: what the call failed with; `nil` where it did not, or another instance made it.
    func line(of target: Target, after failure: ProbeFailure?, at now: Moment) -> LogLine? {
        switch self {
        case .began(let standOff): Self.line(began: standOff, of: target, after: failure, at: now)
        case .prolonged: nil
        case .ended(let standOff) where standOff.scope.target == nil:
            LogLine(
                .notice, .condition(.providerResumed),
                "\(standOff.scope.provider): probes resumed (was \(standOff.cause.rawValue))", of: target,
                outcome: "resumed")
        case .ended(let standOff) where standOff.cause.isToldByLimits:
            LogLine(
                .notice, .condition(.targetRecovered),
                "\(target.provider.name) \(target.model): answers again (was \(standOff.cause.rawValue))",
                of: target, outcome: "success")
        case .ended: nil
        }
    }

    private static func line(
        began standOff: StandOff, of target: Target, after failure: ProbeFailure?, at now: Moment
    ) -> LogLine? {
        let name = standOff.scope.provider
        let time = DurationText.brief(standOff.end - now.uptime)
        func line(_ level: LogLine.Level, _ kind: MessageKind, _ text: String) -> LogLine {
            LogLine(level, kind, text, of: target, outcome: standOff.cause.rawValue)
        }
        guard standOff.scope.target == nil else {
            // The failure itself is told of already.
            guard standOff.end - now.uptime > shortRest else { return nil }
            return line(.notice, .condition(.targetPaused), "\(name) \(target.model): not called for \(time)")
        }
        guard let failure, failure.scope == .provider else {
            return line(
                .warning, .condition(.providerPaused),
                "\(name): \(failure.map(\.description) ?? ""), now for a second target (\(target.model)); no probes for \(time), then one"
            )
        }
        let next = standOff.cause == .auth ? "until a reload or a trial in \(time)" : "for \(time)"
        return line(
            standOff.cause == .rateLimited ? .warning : .error, .failure(failure.failureClass),
            "\(name): \(failure); no probes \(next)")
    }
}

extension StandOff.Kept {
    /// One line where a provider was left alone before a restart.
    func line(at now: Moment) -> LogLine? {
        guard case .provider(let name) = scope, let end else { return nil }
        let next =
            cause == .auth || end <= now.wall
            ? "one trial probe next" : "no probes for \(DurationText.brief(end - now.wall))"
        return LogLine(
            .notice, .condition(.providerPaused), "\(name): calls were paused (\(cause.rawValue)); \(next)",
            about: LogLine.Subject(provider: name, outcome: cause.rawValue))
    }
}

extension FailureClass {
    /// Whether the limits tell of its end, for a provider or for one target.
    var isToldByLimits: Bool {
        switch self {
        case .auth, .quota, .rateLimited: true
        default: false
        }
    }
}
