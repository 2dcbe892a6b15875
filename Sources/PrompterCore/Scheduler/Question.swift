/// "Which version serves this target now?"
public struct Question: Sendable {
    /// Drawn by who asks; its reply carries it, too.
    public var id: UInt64
    /// Need not be watched.
    public var target: Target
    /// Whether a call is made in any case: past what is known, the guard, limits and stand-offs.
    public var isForced: Bool
    /// When it is told that nothing came in time.
    public var deadline: Uptime
    /// Until when it waits for the probe of another instance.
    public var patience: Uptime
    /// What the store knows of a target that is not watched.
    public var memory: TargetMemory?
    /// Those of the store that concern a target that is not watched.
    public var standOffs: [StandOff.Kept]

    /// - Parameter patience: `nil` for until `deadline`.
    public init(
        id: UInt64, _ target: Target, isForced: Bool = false, deadline: Uptime, patience: Uptime? = nil,
        memory: TargetMemory? = nil, standOffs: [StandOff.Kept] = []
    ) {
        self.id = id
        self.target = target
        self.isForced = isForced
        self.deadline = deadline
        self.patience = patience ?? deadline
        self.memory = memory
        self.standOffs = standOffs
    }
}

/// What a ``Question`` is told, once.
public enum Reply: Hashable, Sendable {
    case answer(Answer)
    /// The call failed.
    case failure(ProbeFailure)
    /// The call was answered, but the answer could not be recorded.
    case notRecorded(VersionIdentity, reason: String)
    /// No call was made, or none that came to an end, for a reason of ours: it says nothing of the provider.
    case notMade(Reason)

    /// A version, and where it came from.
    public struct Answer: Hashable, Sendable {
        public enum Source: String, Sendable {
            /// A call that this instance made.
            case probed
            /// Another instance made it in this slot.
            case observed
            /// The current slot had its observation already.
            case known
        }

        public var version: VersionIdentity
        public var time: Timestamp
        /// Whether nobody had seen the version of the target before.
        public var isNew: Bool
        public var source: Source
        /// What the target's best signal is worth.
        public var confidence: Confidence

        public init(
            version: VersionIdentity, time: Timestamp, isNew: Bool, source: Source, confidence: Confidence
        ) {
            self.version = version
            self.time = time
            self.isNew = isNew
            self.source = source
            self.confidence = confidence
        }

        /// What is known of a target that asks for `model`, where `slot`, its current one, has its observation.
        public init?(known memory: TargetMemory?, in slot: Slot, model: String, at now: Timestamp) {
            guard let memory, let time = memory.lastSuccess, time <= now, slot.isObserved(by: time),
                let version = memory.versions.first
            else { return nil }
            self.init(
                version: version.identity, time: time, isNew: false, source: .known,
                confidence: memory.life.confidence(model: model))
        }
    }

    public enum Reason: Hashable, Sendable {
        /// A call before this one failed so, and none is made for a while.
        case standOff(FailureClass, rest: Duration)
        /// Who held the slot gave it up after its attempts failed so.
        case givenUp(FailureClass)
        /// Another instance has been probing the slot for as long as this one waits.
        case held(Duration)
        /// Probes are disabled, and nobody has observed the slot.
        case disabled
        /// Its key could not be read.
        case credential(String)
        /// The database could not be read or written.
        case store(String)
        /// Nothing came before the deadline of the question, for as many calls of its provider are made as may be in a minute.
        case limited(Duration)
        /// Nothing came before the deadline of the question.
        case deadline
        /// This instance is about to end.
        case stopping
    }
}
