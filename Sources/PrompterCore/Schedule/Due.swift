/// A target whose slot has begun and has no observation yet.
public struct Due: Hashable, Sendable {
    public var target: Target
    public var slot: Slot
    /// When it was to start, by the wall clock: start minus due is its lateness.
    public var time: Timestamp

    public init(target: Target, slot: Slot, time: Timestamp) {
        self.target = target
        self.slot = slot
        self.time = time
    }
}
