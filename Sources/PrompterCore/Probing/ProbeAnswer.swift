/// What a successful probe brings back.
public struct ProbeAnswer: Hashable, Sendable {
    public var version: VersionIdentity
    /// What the provider says about the model beside its answers, as one hash or one word.
    public var metadata: String?
    /// What a probe of its kind shows, whether or not this one did.
    public var shows: SignalSet
    /// When the provider will shut the model down, where it says so.
    public var retirement: Timestamp?
    public var usage: Usage
    /// From the start of the call to its parsed answer.
    public var latency: Duration
    /// How the target is to be called from now on, where that is another way than before; `nil` for nothing new.
    public var learned: CallVariant?
    /// Why the lookup beside the completion told nothing; `nil` where it did, or there was none.
    public var lookupFailure: ProbeFailure?

    public init(
        version: VersionIdentity, metadata: String? = nil, shows: SignalSet = .completion, retirement: Timestamp? = nil,
        usage: Usage = Usage(), latency: Duration, learned: CallVariant? = nil, lookupFailure: ProbeFailure? = nil
    ) {
        self.version = version
        self.metadata = VersionIdentity.named(metadata)
        self.shows = shows
        self.retirement = retirement
        self.usage = usage
        self.latency = latency
        self.learned = learned
        self.lookupFailure = lookupFailure
    }
}
