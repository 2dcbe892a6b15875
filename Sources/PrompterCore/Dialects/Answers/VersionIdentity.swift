/// What makes one version distinct from another of the same target.
public struct VersionIdentity: Hashable, Sendable {
    /// The longest name that is taken from a provider; a longer one is no name.
    public static let longestName = 256

    /// The model that the provider says answered.
    public let resolvedModel: String?
    /// The provider's fingerprint of what answered.
    public let fingerprint: String?
    /// A hash of the weights, where a server tells it.
    public let digest: String?

    /// - Returns: `nil` where nothing names a version: a blank text counts as none, and a missing version is never a version.
    public init?(resolvedModel: String?, fingerprint: String?, digest: String? = nil) {
        self.resolvedModel = Self.named(resolvedModel)
        // A fingerprint that repeats the model tells no more than the model.
        self.fingerprint = fingerprint == resolvedModel ? nil : Self.named(fingerprint)
        self.digest = Self.named(digest)
        if self.resolvedModel == nil && self.fingerprint == nil && self.digest == nil { return nil }
    }

    /// The service layer's key of a version: the fingerprint where there is one, else the resolved model. A digest, which the
    /// service layer did not know, says more than the model.
    public var key: String { fingerprint ?? digest ?? resolvedModel ?? "" }

    /// Its name for people: ``key``, and the digest where a fingerprint stands before it. Two versions of one model differ in it.
    public var name: String {
        guard fingerprint != nil, let digest else { return key }
        return "\(key) \(digest)"
    }

    /// Its value of `signal`; it has none of a signal that makes no version.
    public subscript(signal: Signal) -> String? {
        switch signal {
        case .model: resolvedModel
        case .fingerprint: fingerprint
        case .digest: digest
        case .metadata: nil
        }
    }

    /// `text` where it can name something; `nil` where it is blank or too long.
    static func named(_ text: String?) -> String? {
        guard let text, !text.allSatisfy(\.isWhitespace), text.utf8.count <= longestName else { return nil }
        return text
    }
}
