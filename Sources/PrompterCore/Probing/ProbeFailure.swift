/// A probe that learned nothing.
public struct ProbeFailure: Error, Hashable, Sendable, CustomStringConvertible {
    public var failureClass: FailureClass
    /// What happened, for people: one line, bounded, free of credentials.
    public var detail: SafeText
    /// How long the provider asks to be left alone, where it says so.
    public var retryAfter: Duration?
    /// Whose trouble it shows.
    public var scope: FailureScope

    /// - Parameter scope: `nil` for the usual one of the class.
    public init(
        _ failureClass: FailureClass, _ detail: some StringProtocol, retryAfter: Duration? = nil,
        scope: FailureScope? = nil
    ) {
        self.failureClass = failureClass
        self.detail = SafeText(detail)
        self.retryAfter = retryAfter
        self.scope = scope ?? failureClass.usualScope
    }

    public var description: String { "\(failureClass.rawValue): \(detail)" }
}
