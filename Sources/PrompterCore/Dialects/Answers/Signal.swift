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

/// Which signals a probe of its kind shows, whether or not this one did. The raw value stands in the store and in Redis.
public struct SignalSet: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    public static let model = SignalSet(rawValue: 1)
    public static let fingerprint = SignalSet(rawValue: 2)
    public static let digest = SignalSet(rawValue: 4)
    public static let metadata = SignalSet(rawValue: 8)
    /// No signal: that the date of the model's retirement is told where there is one.
    public static let retirement = SignalSet(rawValue: 16)
    /// What a chat completion shows.
    public static let completion: SignalSet = [.model, .fingerprint]

    /// Whether `signal` is shown.
    public func shows(_ signal: Signal) -> Bool {
        switch signal {
        case .model: contains(.model)
        case .fingerprint: contains(.fingerprint)
        case .digest: contains(.digest)
        case .metadata: contains(.metadata)
        }
    }
}
