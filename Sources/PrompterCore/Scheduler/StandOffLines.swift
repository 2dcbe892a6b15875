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
                .notice, "\(standOff.scope.provider): probes resumed (was \(standOff.cause.rawValue))", of: target,
                outcome: "resumed")
        case .ended(let standOff) where standOff.cause.isToldByLimits:
            LogLine(
                .notice, "\(target.provider.name) \(target.model): answers again (was \(standOff.cause.rawValue))",
                of: target, outcome: "success")
        case .ended: nil
        }
    }

    private static func line(
        began standOff: StandOff, of target: Target, after failure: ProbeFailure?, at now: Moment
    ) -> LogLine? {
        let name = standOff.scope.provider
        let time = DurationText.brief(standOff.end - now.uptime)
        func line(_ level: LogLine.Level, _ text: String) -> LogLine {
            LogLine(level, text, of: target, outcome: standOff.cause.rawValue)
        }
        guard standOff.scope.target == nil else {
            // The failure itself is told of already.
            guard standOff.end - now.uptime > shortRest else { return nil }
            return line(.notice, "\(name) \(target.model): not called for \(time)")
        }
        let why = failure.map(\.description) ?? ""
        guard failure?.scope == .provider else {
            return line(
                .warning,
                "\(name): \(why), now for a second target (\(target.model)); no probes for \(time), then one"
            )
        }
        let next = standOff.cause == .auth ? "until a reload or a trial in \(time)" : "for \(time)"
        return line(standOff.cause == .rateLimited ? .warning : .error, "\(name): \(why); no probes \(next)")
    }
}

extension StandOff.Kept {
    /// One line where a provider was left alone before a restart.
    func line(at now: Moment) -> LogLine? {
        guard case .provider(let name) = scope, let end else { return nil }
        let next =
            cause == .auth || end <= now.wall
            ? "one trial probe next" : "no probes for \(DurationText.brief(end - now.wall))"
        return LogLine(.notice, "\(name): calls were paused (\(cause.rawValue)); \(next)")
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
