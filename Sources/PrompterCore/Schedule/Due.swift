/// A target whose slot has begun and has no observation yet.
public struct Due: Hashable, Sendable {
    public var target: Target
    public var slot: Slot
    /// When it was to start, by the wall clock: start minus due is its lateness.
    public var time: Timestamp
    /// `false` where another instance makes the call and only what it learns is wanted.
    public var mayCall: Bool
    /// Whether only a question asks for it: its slot has ended already, or the target is not watched. It waits behind the schedule, and
    /// takes nothing out of it before its turn.
    public var isExtra: Bool

    public init(target: Target, slot: Slot, time: Timestamp, mayCall: Bool = true, isExtra: Bool = false) {
        self.target = target
        self.slot = slot
        self.time = time
        self.mayCall = mayCall
        self.isExtra = isExtra
    }

    /// Whether a probe that starts at `now` ends inside the slot: a target never overlaps itself. What another instance learned
    /// takes no time.
    public func fits(at now: Timestamp) -> Bool {
        now + (mayCall ? target.timeout : .zero) < slot.end
    }
}
