/// Something that became known about a target's versions. Recording a finding returns its events.
public struct Event: Hashable, Sendable, Identifiable {
    /// What became known. The raw value is the metrics' label and stands in the store; it never changes.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// The target's first version.
        case first
        /// A value that was never seen before, where such values are rare.
        case appeared
        /// The settled values are gone, and others answer: the alarm.
        case replaced
        /// A value that had been replaced answers again.
        case returned
        /// A member was not seen for so long that it counts as gone.
        case retired
        /// Answers no longer carry the signal, which was the rule.
        case missing
        /// Answers carry the signal, which they did not.
        case present
        /// The provider no longer knows the model.
        case notFound = "not_found"
        /// The provider knows the model again.
        case found
        /// A target that used to work is refused alike, slot after slot, in words that nobody knows.
        case refused
        /// A target that was refused works again.
        case accepted
        /// The provider says when it will shut the model down.
        case retirementAnnounced = "retirement_announced"
        /// A version that a watch does not expect.
        case unexpected
        /// An earlier event does not hold, as an observation that came late shows.
        case corrected

        /// Whether something came into a live set.
        public var isChange: Bool { [.appeared, .replaced, .returned].contains(self) }

        /// How much such an event may matter.
        var severities: [Severity] {
            Severity.allCases.filter { severity in Signal.allCases.contains { self.severity(of: $0) == severity } }
        }

        /// How much such an event of `signal` matters.
        func severity(of signal: Signal?) -> Severity {
            switch self {
            case .replaced, .returned: signal?.isMajor == true ? .major : .minor
            case .notFound, .refused, .unexpected, .retirementAnnounced: .major
            case .appeared, .missing, .present, .found, .accepted, .corrected: .minor
            case .first, .retired: .info
            }
        }
    }

    /// A hash of target, signal, kind, value and slot: every instance that derives the event derives the same id.
    public private(set) var id = ""
    public var target: TargetID
    public var kind: Kind
    /// `nil` where the event is about the model as a whole.
    public var signal: Signal?
    /// What it is about: the signal's value, the failure, the date; for ``Kind/first`` the version's key.
    public var value: String
    /// The watch whose expectation it is; `nil` where the event is all its target's watches'.
    public var watch: Watch.Key?
    /// The slot of what completed it.
    public var slot: Int64
    /// When that was.
    public var time: Timestamp
    /// The id of the observation that completed it; 0 where none did.
    public var observation: UInt64
    /// For an alarm, whether probes that were made to confirm it are among what it rests on; `nil` for every other event.
    public var isConfirmed: Bool?
    /// What was replaced, what was expected, for ``Kind/first`` the model beside a fingerprint or a digest, or, for ``Kind/corrected``, the id of the event that does not hold.
    public var previous: [String]
    /// Since when that had been live.
    public var previousSince: Timestamp?
    /// The observations that it rests on, before and after, in their order.
    public var evidence: [Sighting]

    /// An event as it was stored.
    public init(
        id: String, target: TargetID, kind: Kind, signal: Signal?, value: String, watch: Watch.Key? = nil, slot: Int64,
        time: Timestamp, observation: UInt64 = 0, isConfirmed: Bool? = nil, previous: [String] = [],
        previousSince: Timestamp? = nil, evidence: [Sighting] = []
    ) {
        self.id = id
        self.target = target
        self.kind = kind
        self.signal = signal
        self.value = value
        self.watch = watch
        self.slot = slot
        self.time = time
        self.observation = observation
        self.isConfirmed = isConfirmed
        self.previous = previous
        self.previousSince = previousSince
        self.evidence = evidence
    }

    /// An event that `observation` completes.
    ///
    /// - Parameter value: `nil` for the key of the observation's version.
    public init(
        _ kind: Kind, of observation: Observation, value: String? = nil, watch: Watch.Key? = nil,
        previous: [String] = []
    ) {
        let value = value ?? observation.version.key
        self.init(
            id: "", target: observation.target, kind: kind, signal: nil, value: value, watch: watch,
            slot: observation.slot, time: observation.time, observation: observation.id, previous: previous,
            evidence: [Sighting(time: observation.time, id: observation.id, value: observation.version.key)])
        id = derivedID
    }

    /// What `observation` makes known of one signal.
    init(_ change: SignalLife.Change, of signal: Signal, by observation: Observation) {
        self.init(
            id: "", target: observation.target, kind: change.kind, signal: signal, value: change.value,
            slot: observation.slot, time: observation.time, observation: observation.id,
            isConfirmed: change.isConfirmed,
            previous: change.previous, previousSince: change.previousSince, evidence: change.evidence)
        id = derivedID
    }

    /// What `observation` shows and `watch` does not expect.
    init(
        _ slip: Expectation.Slip, by observation: Observation, unexpectedBy watch: Watch.Key, _ expectation: Expectation
    ) {
        self.init(.unexpected, of: observation, value: slip.value, watch: watch, previous: expectation.patterns)
        signal = slip.signal
        evidence = [Sighting(time: observation.time, id: observation.id, value: slip.value)]
    }

    /// What a failed attempt makes known: that the model is gone.
    public init(notFoundBy attempt: FailedAttempt) {
        self.init(
            id: "", target: attempt.target, kind: .notFound, signal: nil, value: attempt.failureClass.rawValue,
            slot: attempt.slot, time: attempt.time)
        id = derivedID
        quote(attempt.reason)
    }

    /// What a failed attempt makes known: that the target is refused for good. What the provider said is no part of its id,
    /// for an instance that did not ask does not know it.
    public init(refusedBy attempt: FailedAttempt) {
        self.init(
            id: "", target: attempt.target, kind: .refused, signal: nil, value: attempt.failureClass.rawValue,
            slot: attempt.slot, time: attempt.time)
        id = derivedID
        quote(attempt.reason)
    }

    private mutating func quote(_ reason: SafeText?) {
        if let reason, !reason.description.isEmpty { value += ": \(reason)" }
    }

    /// Says at `time` that `event` does not hold.
    public init(correcting event: Event, at time: Timestamp) {
        self.init(
            id: "", target: event.target, kind: .corrected, signal: event.signal, value: event.value,
            watch: event.watch, slot: event.slot, time: time, observation: event.observation, previous: [event.id],
            evidence: event.evidence)
        id = derivedID
    }

    /// The event told once more, after it was corrected and holds all the same: another event, with an id of its own.
    public var retold: Event {
        var event = self
        var hash = SHA256()
        hash.update(field: id)
        event.id = Hexadecimal.encode(hash.finish().prefix(16))
        return event
    }

    /// How much it matters.
    public var severity: Severity { kind.severity(of: signal) }

    /// Whether a target's observations alone make it, so that a late one may refute it.
    public var isOfLife: Bool {
        switch kind {
        case .notFound, .found, .refused, .accepted, .unexpected, .corrected: false
        default: true
        }
    }

    private var derivedID: String {
        var hash = SHA256()
        hash.update(field: target.hexadecimal)
        // Older instances of a fleet name no signal that is not expected.
        hash.update(field: kind == .unexpected ? "" : signal?.rawValue ?? "")
        hash.update(field: kind.rawValue)
        hash.update(field: value)
        hash.update(field: String(slot))
        for text in watch?.texts ?? [] { hash.update(field: text) }
        if kind == .corrected { hash.update(field: previous.first ?? "") }
        return Hexadecimal.encode(hash.finish().prefix(16))
    }
}
