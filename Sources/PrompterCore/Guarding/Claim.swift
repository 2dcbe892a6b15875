/// What is asked of the guard: may the slot be probed?
public struct Claim: Hashable, Sendable {
    public var slot: Slot
    /// The id that a lease of this claim gets, and then its observation: drawn at random by the caller.
    public var id: UInt64
    /// How long a lease is good for, from now: the probe's timeout and a margin.
    public var leaseTime: Duration
    /// How long the slot's state must be kept, from now: until the slot's end + max(interval, 2 min).
    public var keepTime: Duration
    /// `false` for an instance that may not call: it only reads the slot.
    public var mayCall: Bool

    public init(slot: Slot, id: UInt64, leaseTime: Duration, keepTime: Duration, mayCall: Bool = true) {
        self.slot = slot
        self.id = id
        self.leaseTime = leaseTime
        self.keepTime = keepTime
        self.mayCall = mayCall
    }

    /// The claim of a probe of `slot` with `timeout` at `now`: a lease outlasts its probe by a margin, the state its slot.
    public init(slot: Slot, id: UInt64, timeout: Duration, at now: Timestamp, mayCall: Bool = true) {
        self.init(
            slot: slot, id: id, leaseTime: timeout + .seconds(5),
            keepTime: max(slot.end - now, .zero) + max(slot.interval, .seconds(120)), mayCall: mayCall)
    }
}
