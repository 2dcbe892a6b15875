import PrompterCore

/// What was learned of each target's calls since the prober was made, and what it was made with.
final class LearnedCalls: Sendable {
    private struct State {
        var calls: [TargetID: LearnedCall]
        /// Those whose learned call no longer works: whoever keeps it must hear of that.
        var forgotten: Set<TargetID> = []
    }

    private let state: Locked<State>

    init(_ calls: [TargetID: LearnedCall]) {
        state = Locked(State(calls: calls))
    }

    var all: [TargetID: LearnedCall] { state.withLock { $0.calls } }

    subscript(target: TargetID) -> LearnedCall? { state.withLock { $0.calls[target] } }

    /// Keeps what `answer` brought.
    ///
    /// - Returns: what is new of it.
    func take(_ answer: ProbeAnswer, of target: TargetID) -> LearnedCall? {
        state.withLock { state in
            if let learned = answer.learned { state.calls[target] = learned == .usual ? nil : learned }
            return state.forgotten.remove(target) == nil ? answer.learned : answer.learned ?? .usual
        }
    }

    /// Forgets what was learned where `failure` may come of it: the next probe begins with the usual call.
    func take(_ failure: ProbeFailure, of target: TargetID) {
        guard failure.failureClass == .invalidRequest || failure.failureClass == .notFound else { return }
        state.withLock { state in
            if state.calls.removeValue(forKey: target) != nil { state.forgotten.insert(target) }
        }
    }
}
