/// What is asked before every call, so that it is made once a turn: by this daemon, or by the whole fleet.
public protocol ProbeGuard: Sendable {
    /// Answers `requests`, one answer each, in their order.
    func admit(_ requests: [LeaseRequest], at now: Moment) async -> [Admission]

    /// Ends leases. An outcome whose lease is no longer the turn's own changes nothing.
    func settle(_ outcomes: [LeaseOutcome], at now: Moment) async
}

/// The guard's answer to a ``LeaseRequest``.
public enum Admission: Hashable, Sendable {
    /// Do it now.
    case admitted(Lease)
    /// It is done, and this is what the lease of this id brought.
    case succeeded(id: UInt64, LeasePayload)
    /// Somebody is doing it now, or it failed and waits: ask again after this time.
    case held(Duration)
    /// The turn is given up; this is how the last attempt failed.
    case failed(LeasePayload)
    /// Nobody has done it; the answer to a request that may not call.
    case vacant

    /// The metric's label.
    public var name: String {
        switch self {
        case .admitted: "admitted"
        case .succeeded: "observed"
        case .held: "held"
        case .failed: "failed"
        case .vacant: "vacant"
        }
    }
}
