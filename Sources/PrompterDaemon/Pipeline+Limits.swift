import Logging
public import PrompterCore

extension Pipeline {
    /// Counts slots that passed while a target waited for its turn.
    func passed(_ slots: Int64, of target: Target, at now: Moment) {
        guard limits.isRateBound(target.provider.name, at: now) else { return metrics.missed(target, slots) }
        metrics.skipped(target, .rate)
        metrics.missed(target, slots - 1)
    }

    /// Whether the probe of `target`, which is in flight, may make one more call.
    public func mayGoOn(_ target: Target) -> Bool {
        limits.goOn(target, at: parts.clock())
    }

    /// Takes what a call of `target` changed in the limits: tells it, and has it kept.
    ///
    /// - Parameter failure: what the call failed with; `nil` where it did not, or another instance made it.
    func take(_ changes: [LimitsChange], of target: Target, after failure: ProbeFailure? = nil, at now: Moment) {
        for change in changes { tell(change, of: target, after: failure, at: now) }
        if !changes.isEmpty { isChanged = true }
        // A suspension that goes on has another end, and is no change.
        let standing = limits.standing(of: target, after: changes, at: now)
        if !standing.isEmpty { parts.keep(standing) }
    }

    /// One line when something begins and one when it ends.
    private func tell(_ change: LimitsChange, of target: Target, after failure: ProbeFailure?, at now: Moment) {
        let why = failure.map(\.description) ?? ""
        switch change {
        case .suspended(let provider, let suspension):
            let time = DurationText.brief(suspension.until - now.uptime)
            let next = suspension.cause == .auth ? "until a reload; one tries in \(time)" : "for \(time)"
            parts.log.log(
                level: suspension.cause == .rateLimited ? .warning : .error,
                "\(provider): \(why); no probes of it \(next)",
                metadata: Self.metadata(of: target, outcome: suspension.cause.rawValue))
        case .resumed(let provider, let cause):
            parts.log.notice(
                "\(provider): probes go on (was \(cause.rawValue))",
                metadata: Self.metadata(of: target, outcome: "resumed"))
        case .broke(let provider, let pause):
            parts.log.warning(
                "\(provider): failed time and again, last with \(why); no probes of it for \(DurationText.brief(pause)), then one",
                metadata: Self.metadata(of: target, outcome: "breaker"))
        case .mended(let provider):
            parts.log.notice(
                "\(provider): probes go on (was failing)", metadata: Self.metadata(of: target, outcome: "resumed"))
        case .targetSuspended(let target, let suspension):
            // The failure itself is told of already.
            parts.log.debug(
                "\(provider(of: target)): no probes of it for \(DurationText.brief(suspension.until - now.uptime))",
                metadata: Self.metadata(of: target, outcome: suspension.cause.rawValue))
        case .targetResumed(let target, .auth):
            parts.log.notice(
                "\(provider(of: target)): answers again (was auth)",
                metadata: Self.metadata(of: target, outcome: "success"))
        case .targetResumed: break
        }
    }

    private func provider(of target: Target) -> String { "\(target.provider.name) \(target.model)" }

    /// Takes back the suspensions that stood before a restart, and says which providers have one.
    func restore(_ standing: [StandingSuspension], at now: Moment) {
        guard !standing.isEmpty else { return }
        limits.restore(standing, at: now)
        let known = limits.report(at: now)
        for suspension in standing {
            guard case .provider(let name) = suspension.scope, known[name] != nil,
                let notBefore = suspension.notBefore
            else { continue }
            let next =
                suspension.cause == .auth || notBefore <= now.wall
                ? "one probe tries" : "no probes of it for \(DurationText.brief(notBefore - now.wall))"
            parts.log.notice("\(name): was suspended (\(suspension.cause.rawValue)); \(next)")
        }
    }

    /// What of suspensions must survive a restart.
    public func standingSuspensions() -> [StandingSuspension] {
        limits.standing(at: parts.clock())
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
