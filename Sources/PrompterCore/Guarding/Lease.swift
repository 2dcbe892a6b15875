/// The right to probe a slot, for a while.
public struct Lease: Hashable, Sendable, Identifiable {
    public var id: UInt64
    public var slot: Slot
    /// 1 for the slot's first attempt.
    public var attempt: Int
    /// How long the slot's state is kept, from the admission.
    public var keepTime: Duration

    public init(id: UInt64, slot: Slot, attempt: Int, keepTime: Duration) {
        self.id = id
        self.slot = slot
        self.attempt = attempt
        self.keepTime = keepTime
    }
}
