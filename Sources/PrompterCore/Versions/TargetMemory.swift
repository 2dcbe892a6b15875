/// What a store knows of one target.
public struct TargetMemory: Hashable, Sendable {
    /// When the last probe of the target ended, however it ended.
    public var lastAttempt: Timestamp?
    /// The time of the latest observation, suspect ones left out.
    public var lastSuccess: Timestamp?
    /// The class of the last attempt's failure; `nil` where it succeeded.
    public var failure: FailureClass?
    /// Failed attempts since the last success.
    public var failures: Int
    /// The versions, the one seen last first.
    public var versions: [Version]

    public init(
        lastAttempt: Timestamp? = nil, lastSuccess: Timestamp? = nil, failure: FailureClass? = nil, failures: Int = 0,
        versions: [Version] = []
    ) {
        self.lastAttempt = lastAttempt
        self.lastSuccess = lastSuccess
        self.failure = failure
        self.failures = failures
        self.versions = versions
    }
}
