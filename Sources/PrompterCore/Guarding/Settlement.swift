/// How the holder of a lease ends it.
public struct Settlement: Hashable, Sendable {
    public enum Ending: Hashable, Sendable {
        /// The probe succeeded.
        case observed(Observation)
        /// It failed: the slot is held for this time and then tried again, or given up where there is none.
        case failed(FailureClass, retryAfter: Duration?)
        /// It was not made: the slot is free again.
        case givenBack
    }

    public var lease: Lease
    public var ending: Ending

    public init(_ lease: Lease, _ ending: Ending) {
        self.lease = lease
        self.ending = ending
    }
}
