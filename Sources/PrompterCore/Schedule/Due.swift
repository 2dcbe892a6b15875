/// A target whose slot has begun and has no observation yet.
public struct Due: Hashable, Sendable {
    public var target: Target
    public var slot: Slot
    /// When it was to start, by the wall clock: start minus due is its lateness.
    public var time: Timestamp
    /// `false` where another instance makes the call and only what it learns is wanted.
    public var mayCall: Bool

    public init(target: Target, slot: Slot, time: Timestamp, mayCall: Bool = true) {
        self.target = target
        self.slot = slot
        self.time = time
        self.mayCall = mayCall
    }

    /// Whether a probe that starts at `now` ends inside the slot: a target never overlaps itself. What another instance learned
    /// takes no time.
    public func fits(at now: Timestamp) -> Bool {
        now + (mayCall ? target.timeout : .zero) < slot.end
    }
}
