public import PrompterCore

/// What was learned of each target's calls. Probers that take one another's place share it, so that nothing is lost of a probe
/// that began with the one before.
public final class CallVariants: Sendable {
    private let calls = Locked<[TargetID: CallVariant]>([:])

    /// - Parameter calls: what ``ProbeAnswer/learned`` of earlier probes brought.
    public init(_ calls: [TargetID: CallVariant] = [:]) {
        add(calls)
    }

    /// Takes over what was kept. What was learned here is newer.
    public func add(_ kept: [TargetID: CallVariant]) {
        calls.withLock { $0.merge(kept) { here, _ in here } }
    }

    subscript(target: TargetID) -> CallVariant? { calls.withLock { $0[target] } }

    func take(_ answer: ProbeAnswer, of target: TargetID) {
        guard let learned = answer.learned else { return }
        calls.withLock { $0[target] = learned == .usual ? nil : learned }
    }

    func take(_ failure: ProbeFailure, of target: TargetID) {
        guard failure.failureClass.unlearnsCall else { return }
        calls.withLock { $0[target] = nil }
    }
}
