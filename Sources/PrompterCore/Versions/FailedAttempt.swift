/// A probe that was made and learned nothing: no evidence about versions, but what `status` calls trouble.
public struct FailedAttempt: Hashable, Sendable {
    public var target: TargetID
    public var time: Timestamp
    public var failureClass: FailureClass

    public init(target: TargetID, time: Timestamp, failureClass: FailureClass) {
        self.target = target
        self.time = time
        self.failureClass = failureClass
    }
}
