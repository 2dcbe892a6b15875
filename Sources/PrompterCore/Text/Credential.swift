/// A provider's key. It prints as `<redacted>` in every way Swift has of printing a value; only ``reveal()`` gives the
/// secret, and only the request that carries it calls that.
public struct Credential: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let secret: String

    public init(_ secret: String) {
        self.secret = secret
    }

    /// The secret itself.
    public func reveal() -> String { secret }

    public var description: String { "<redacted>" }
    public var debugDescription: String { "<redacted>" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
