/// Whose trouble a failure shows.
public enum FailureScope: Hashable, Sendable {
    /// One target's: others of the provider may be answered.
    case target
    /// The provider does not say: one target's, unless another fails alike.
    case unknown
    /// The account's or the key's, and so every target's of the provider.
    case provider
}
