/// A probe that was made and learned nothing: no evidence about versions, but what `status` calls trouble.
public struct FailedAttempt: Hashable, Sendable {
    public var target: TargetID
    /// The number of the slot that it was made for.
    public var slot: Int64
    public var time: Timestamp
    public var failureClass: FailureClass

    public init(target: TargetID, slot: Int64 = 0, time: Timestamp, failureClass: FailureClass) {
        self.target = target
        self.slot = slot
        self.time = time
        self.failureClass = failureClass
    }
}
