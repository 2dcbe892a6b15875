public import PrompterCore

/// How the guard gets on with Redis.
public struct RedisReport: Hashable, Sendable {
    /// Whether Redis is used; where not, the in-process guard alone decides.
    public internal(set) var isUp = false
    /// Errors by kind, each kind from the start: `connect` (none, or one that broke), `timeout`, `protocol` (an answer that is
    /// none of Redis), `refused` (Redis answers with an error) and `value` (under a lease's key lies what no prompterd wrote).
    public internal(set) var errors = Dictionary(
        uniqueKeysWithValues: RedisError.Kind.allCases.map { ($0.rawValue, UInt64(0)) })
    /// The text of the last error, one line, without the password.
    public internal(set) var lastError: SafeText?

    mutating func count(_ error: RedisError) {
        errors[error.kind.rawValue, default: 0] += 1
        lastError = error.text
    }
}

/// Something wrong with Redis.
struct RedisError: Error {
    /// The raw value is the metric's label and never changes.
    enum Kind: String, CaseIterable {
        case connect
        case timeout
        case `protocol`
        case refused
        case value
    }

    var kind: Kind
    var text: SafeText

    init(_ kind: Kind, _ text: String) {
        self.kind = kind
        self.text = SafeText(text)
    }
}
