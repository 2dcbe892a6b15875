/// What one probe learned.
public struct Observation: Hashable, Sendable, Identifiable {
    /// Drawn at random with the lease of the probe: the same observation, imported twice, changes nothing.
    public var id: UInt64
    public var target: TargetID
    /// The slot that it belongs to, which is the slot its probe was admitted for.
    public var slot: Int64
    /// When the answer was parsed, by the wall clock of whoever probed.
    public var time: Timestamp
    public var version: VersionIdentity
    /// What the provider says about the model beside its answers, as one hash or one word. It is no part of the version.
    public var metadata: String?
    /// What a probe of its kind shows, whether or not this one did.
    public var shows: SignalSet
    /// Whether its probe was made to confirm a change that the slot's own probe saw.
    public var isConfirmation: Bool
    /// When the provider will shut the model down, where it says so.
    public var retirement: Timestamp?
    /// What the probe learned about how its target is to be called; `nil` for nothing new. Each instance learns it by itself.
    public var learned: CallVariant?
    /// Why the lookup beside the completion told nothing; `nil` where it did, or none was made. What another instance met is
    /// not known.
    public var lookupFailure: FailureClass?
    public var usage: Usage
    public var latency: Duration

    public init(
        id: UInt64, target: TargetID, slot: Int64, time: Timestamp, version: VersionIdentity, metadata: String? = nil,
        shows: SignalSet = .completion, isConfirmation: Bool = false, retirement: Timestamp? = nil,
        learned: CallVariant? = nil, lookupFailure: FailureClass? = nil, usage: Usage = Usage(),
        latency: Duration = .zero
    ) {
        self.id = id
        self.target = target
        self.slot = slot
        self.time = time
        self.version = version
        self.metadata = VersionIdentity.named(metadata)
        self.shows = shows
        self.isConfirmation = isConfirmation
        self.retirement = retirement
        self.learned = learned
        self.lookupFailure = lookupFailure
        self.usage = usage
        self.latency = latency
    }

    /// What it shows of `signal`; `nil` where the answer did not carry it.
    public subscript(signal: Signal) -> String? {
        signal == .metadata ? metadata : version[signal]
    }
}

extension Observation {
    /// What the probe of `slot` learned.
    public init(_ answer: ProbeAnswer, id: UInt64, of slot: Slot, at time: Timestamp) {
        self.init(
            id: id, target: slot.target, slot: slot.number, time: time, version: answer.version,
            metadata: answer.metadata, shows: answer.shows, isConfirmation: slot.isConfirmation,
            retirement: answer.retirement,
            learned: answer.learned, lookupFailure: answer.lookupFailure?.failureClass, usage: answer.usage,
            latency: answer.latency)
    }
}
