/// A provider's key. It prints as `<redacted>` in every way Swift has of printing a value; only ``reveal()`` gives the
/// secret, and only the request that carries it calls that, and the ``Redaction`` that takes it out of texts.
public struct Credential: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let secret: String
    /// Whether it is a token that goes behind `Bearer`, whatever its dialect does with keys.
    public let isToken: Bool
    /// Headers that go with it: the organization and the project that it is used for.
    public let companions: [HTTPHeader]

    public init(_ secret: String, isToken: Bool = false, companions: [HTTPHeader] = []) {
        self.secret = secret
        self.isToken = isToken
        self.companions = companions
    }

    /// The secret itself.
    public func reveal() -> String { secret }

    public var description: String { "<redacted>" }
    public var debugDescription: String { "<redacted>" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
