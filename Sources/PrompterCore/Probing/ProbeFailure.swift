/// A probe that learned nothing.
public struct ProbeFailure: Error, Hashable, Sendable, CustomStringConvertible {
    public var failureClass: FailureClass
    /// What happened, for people: one line, bounded, free of credentials.
    public var detail: SafeText
    /// How long the provider asks to be left alone, where it says so.
    public var retryAfter: Duration?
    /// Whether an ``FailureClass/auth`` is of this target alone: the credential is good, and may not use the model.
    public var isTargetOnly: Bool

    public init(
        _ failureClass: FailureClass, _ detail: some StringProtocol, retryAfter: Duration? = nil,
        isTargetOnly: Bool = false
    ) {
        self.failureClass = failureClass
        self.detail = SafeText(detail)
        self.retryAfter = retryAfter
        self.isTargetOnly = isTargetOnly
    }

    public var description: String { "\(failureClass.rawValue): \(detail)" }
}
