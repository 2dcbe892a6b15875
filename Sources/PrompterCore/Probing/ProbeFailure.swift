/// A probe that learned nothing.
public struct ProbeFailure: Error, Hashable, Sendable, CustomStringConvertible {
    public var failureClass: FailureClass
    /// What happened, for people: one line, bounded, free of credentials.
    public var detail: SafeText
    /// How long the provider asks to be left alone, where it says so.
    public var retryAfter: Duration?
    /// Whether the provider refuses this target alone and serves others: the credential is right, but not for this model.
    public var isTargetOnly = false

    public init(_ failureClass: FailureClass, _ detail: some StringProtocol, retryAfter: Duration? = nil) {
        self.failureClass = failureClass
        self.detail = SafeText(detail)
        self.retryAfter = retryAfter
    }

    public var description: String { "\(failureClass.rawValue): \(detail)" }
}
