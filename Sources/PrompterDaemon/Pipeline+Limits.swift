import Logging
public import PrompterCore

extension Pipeline {
    /// Who waits no longer than this is not worth a line.
    private static let shortRest: Duration = .seconds(600)

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

    /// Takes what a call of `target` changed in who is called: tells it, and has it kept.
    ///
    /// - Parameter failure: what the call failed with; `nil` where it did not, or another instance made it.
    func take(_ changes: [StandOffChange], of target: Target, after failure: ProbeFailure? = nil, at now: Moment) {
        guard !changes.isEmpty else { return }
        for change in changes { tell(change, of: target, after: failure, at: now) }
        isChanged = true
        parts.keep(limits.kept(changes, at: now))
    }

    /// One line when a stand-off begins and one when it ends.
    private func tell(_ change: StandOffChange, of target: Target, after failure: ProbeFailure?, at now: Moment) {
        switch change {
        case .began(let standOff): tell(began: standOff, of: target, after: failure, at: now)
        case .prolonged: break
        case .ended(let standOff) where standOff.scope.target == nil:
            parts.log.notice(
                "\(standOff.scope.provider): probes go on (was \(standOff.cause.rawValue))",
                metadata: Self.metadata(of: target, outcome: "resumed"))
        case .ended(let standOff) where standOff.cause.isToldByLimits:
            parts.log.notice(
                "\(target.provider.name) \(target.model): answers again (was \(standOff.cause.rawValue))",
                metadata: Self.metadata(of: target, outcome: "success"))
        case .ended: break
        }
    }

    private func tell(began standOff: StandOff, of target: Target, after failure: ProbeFailure?, at now: Moment) {
        let name = standOff.scope.provider
        let time = DurationText.brief(standOff.end - now.uptime)
        let metadata = Self.metadata(of: target, outcome: standOff.cause.rawValue)
        guard standOff.scope.target == nil else {
            // The failure itself is told of already.
            guard standOff.end - now.uptime > Self.shortRest else { return }
            return parts.log.notice("\(name) \(target.model): not called for \(time)", metadata: metadata)
        }
        let why = failure.map(\.description) ?? ""
        guard failure?.scope == .provider else {
            parts.log.warning(
                "\(name): \(target.model) failed as another did before, with \(why); no probes of it for \(time), then one",
                metadata: metadata)
            return
        }
        let next = standOff.cause == .auth ? "until a reload or a trial in \(time)" : "for \(time)"
        parts.log.log(
            level: standOff.cause == .rateLimited ? .warning : .error, "\(name): \(why); no probes of it \(next)",
            metadata: metadata)
    }

    /// Lets one call decide of each of `scopes`: a probe that was made beside this daemon was answered.
    public func recheck(_ scopes: Set<StandOff.Scope>) {
        limits.recheck(scopes, at: parts.clock())
    }

    /// Takes back the stand-offs from before a restart, and says which providers have one.
    func restore(_ standOffs: [StandOff.Kept], at now: Moment) {
        guard !standOffs.isEmpty else { return }
        limits.restore(standOffs, at: now)
        let known = limits.report
        for standOff in standOffs {
            guard case .provider(let name) = standOff.scope, known[name] != nil, let end = standOff.end else {
                continue
            }
            let next =
                standOff.cause == .auth || end <= now.wall
                ? "one probe tries" : "no probes of it for \(DurationText.brief(end - now.wall))"
            parts.log.notice("\(name): was left alone (\(standOff.cause.rawValue)); \(next)")
        }
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
