/// A probe that learned nothing.
public struct ProbeFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// A provider that asks to be left alone for longer is asked again after this time.
    public static let longestRetryAfter: Duration = .seconds(86_400)

    public var failureClass: FailureClass
    /// What happened, for people: one line, bounded, free of credentials.
    public var detail: SafeText
    /// How long the provider asks to be left alone, where it says so.
    public var retryAfter: Duration?
    /// Whose trouble it shows.
    public var scope: FailureScope
    /// Whether the provider had no part in it: it counts for nothing.
    public private(set) var isOurs = false

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

    /// That no call was made, for a reason of this instance's own; it is tried again in its slot.
    public static func notMade(_ reason: some StringProtocol) -> ProbeFailure {
        var failure = ProbeFailure(.timeout, reason)
        failure.isOurs = true
        return failure
    }

    public var description: String { "\(failureClass.rawValue): \(detail)" }
}

/// Why a probe learned nothing. The raw value is the metric's label and never changes.
public enum FailureClass: String, Hashable, Sendable, CaseIterable {
    /// The credential was refused.
    case auth
    /// The provider knows no such model.
    case notFound = "not_found"
    /// The account's quota or credit is used up.
    case quota
    /// Too many requests.
    case rateLimited = "rate_limited"
    /// No whole answer within the probe's timeout.
    case timeout
    /// No connection, or one that broke.
    case connection
    /// The provider failed (5xx).
    case serverError = "server_error"
    /// What answered is not the provider's API: an ingress while the server restarts, a proxy, a wrong path.
    case address
    /// The provider refused the request as written.
    case invalidRequest = "invalid_request"
    /// An answer that is not of the dialect's form, or an error inside a success.
    case malformed
    /// A success that names no version.
    case noVersion = "no_version"

    /// Whether another attempt inside the same slot may end otherwise. Where it may not, the slot is given up at once.
    public var allowsRetry: Bool {
        switch self {
        case .rateLimited, .timeout, .connection, .serverError, .malformed: true
        case .auth, .notFound, .quota, .address, .invalidRequest, .noVersion: false
        }
    }

    /// Whose trouble it shows where the provider does not say.
    var usualScope: FailureScope {
        switch self {
        case .auth, .quota: .provider
        default: .target
        }
    }

    /// Whether it may come of what was learned about the call: the next probe begins with the usual one.
    public var unlearnsCall: Bool {
        [.invalidRequest, .notFound, .address].contains(self)
    }
}

/// Whose trouble a failure shows.
public enum FailureScope: Hashable, Sendable {
    /// One target's: others of the provider may be answered.
    case target
    /// The provider does not say: one target's, unless another fails alike.
    case unknown
    /// The account's or the key's, and so every target's of the provider.
    case provider
}
