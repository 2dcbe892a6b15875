/// What an ended probe, or a slot that another instance probed, leaves to be recorded.
public enum Finding: Hashable, Sendable {
    /// An answer. `imported` where another instance made the call.
    case observation(Observation, imported: Bool)
    case failure(FailedAttempt)

    public var target: TargetID {
        switch self {
        case .observation(let observation, _): observation.target
        case .failure(let attempt): attempt.target
        }
    }

    /// Whether it says something about versions.
    public var isObservation: Bool {
        if case .observation = self { true } else { false }
    }

    /// When the answer was parsed, or the attempt ended.
    public var time: Timestamp {
        switch self {
        case .observation(let observation, _): observation.time
        case .failure(let attempt): attempt.time
        }
    }
}
