/// A probe that learned nothing.
public struct ProbeFailure: Error, Hashable, Sendable, CustomStringConvertible {
    public var failureClass: FailureClass
    /// What happened, for people: one line, bounded, free of credentials.
    public var detail: SafeText
    /// How long the provider asks to be left alone, where it says so.
    public var retryAfter: Duration?

    public init(_ failureClass: FailureClass, _ detail: some StringProtocol, retryAfter: Duration? = nil) {
        self.failureClass = failureClass
        self.detail = SafeText(detail)
        self.retryAfter = retryAfter
    }

    public var description: String { "\(failureClass.rawValue): \(detail)" }
}
