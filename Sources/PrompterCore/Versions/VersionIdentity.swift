/// What makes one version distinct from another of the same target.
public struct VersionIdentity: Hashable, Sendable {
    /// The longest name that is taken from a provider; a longer one is no name.
    public static let longestName = 256

    /// The model that the provider says answered.
    public let resolvedModel: String?
    /// The provider's fingerprint of what answered.
    public let fingerprint: String?

    /// - Returns: `nil` where neither names anything: an empty text counts as none, and a missing version is never a version.
    public init?(resolvedModel: String?, fingerprint: String?) {
        self.resolvedModel = Self.named(resolvedModel)
        self.fingerprint = Self.named(fingerprint)
        if self.resolvedModel == nil && self.fingerprint == nil { return nil }
    }

    /// The service layer's key of a version: the fingerprint where there is one, else the resolved model.
    public var key: String { fingerprint ?? resolvedModel ?? "" }

    /// A fingerprint that repeats the model tells no more than the model: such versions are one, as in the store, whose rows
    /// are unique by model and key.
    public static func == (left: VersionIdentity, right: VersionIdentity) -> Bool {
        left.resolvedModel == right.resolvedModel && left.key == right.key
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(resolvedModel)
        hasher.combine(key)
    }

    private static func named(_ text: String?) -> String? {
        guard let text, !text.isEmpty, text.utf8.count <= longestName else { return nil }
        return text
    }
}
