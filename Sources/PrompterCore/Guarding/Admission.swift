/// The guard's answer to a ``Claim``.
public enum Admission: Hashable, Sendable {
    /// Probe now.
    case admitted(Lease)
    /// The slot has its observation, here it is.
    case observed(Observation)
    /// Somebody is probing it now, or it failed and waits: ask again after this time.
    case held(Duration)
    /// The slot is given up.
    case failed(FailureClass)
    /// Nobody has probed it; the answer to a claim that may not call.
    case vacant

    /// The metric's label.
    public var name: String {
        switch self {
        case .admitted: "admitted"
        case .observed: "observed"
        case .held: "held"
        case .failed: "failed"
        case .vacant: "vacant"
        }
    }
}
