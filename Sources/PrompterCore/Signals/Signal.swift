/// One thing that identifies what served a call. Each is followed apart from the others.
///
/// The raw value is the metrics' label and stands in the store; it never changes.
public enum Signal: String, Hashable, Sendable, CaseIterable {
    /// The model that the provider says answered.
    case model
    /// The provider's fingerprint of what answered.
    case fingerprint
    /// A hash of the weights, where a server tells it.
    case digest
    /// What the provider says about the model beside its answers, as one hash or one word.
    case metadata

    /// Whether a change of it is a change of the model itself.
    public var isMajor: Bool {
        switch self {
        case .model, .digest: true
        case .fingerprint, .metadata: false
        }
    }
}
