/// The lives of a target's signals together: what a store keeps beside its observations, and decides events with.
///
/// It takes the target's successes in the order of their times. Whoever has one that came late takes an older life, or none,
/// and gives it everything since.
public struct TargetLife: Hashable, Sendable {
    /// One for each signal that a probe has shown, in the order of ``Signal/allCases``.
    public internal(set) var signals: [SignalLife] = []
    /// How many successes were taken in.
    public internal(set) var successes = 0
    /// Where the last of them stands.
    public internal(set) var head: Sighting?
    /// Successes in a row, the last ones, that were made to confirm a change.
    var confirmations = 0
    /// When the provider will shut the model down, as it last said.
    public internal(set) var retirement: Timestamp?

    public init() {}

    /// The life of `signal`; `nil` where no probe has shown it.
    public subscript(signal: Signal) -> SignalLife? {
        signals.first { $0.signal == signal }
    }

    /// Whether `observation` can be taken in: it is later than everything that was.
    public func isNext(_ observation: Observation) -> Bool {
        head.map { $0 < Self.place(of: observation) } ?? true
    }

    /// Whether `observation` is the latest that was taken in.
    public func isHead(_ observation: Observation) -> Bool {
        head == Self.place(of: observation)
    }

    /// Which of a slot's confirmations would be next, from 1 on, where more answers now might tell whether a change that has begun
    /// is real; `nil` where none is wanted.
    public func nextConfirmation(_ rules: LifeRules = LifeRules()) -> Int? {
        let left = rules.mostConfirmations - confirmations
        return signals.contains { $0.wantsConfirmation(rules, atMost: left) } ? confirmations + 1 : nil
    }

    /// The same after `observation`; `nil` also where that is not the latest.
    public func nextConfirmation(of observation: Observation) -> Int? {
        isHead(observation) ? nextConfirmation() : nil
    }

    /// What the target's best signal is worth; absent before the first success.
    public func confidence(model: String) -> Confidence {
        signals.map { $0.confidence(model: model) }.max() ?? .absent
    }

    /// Takes `observation` in, which ``isNext(_:)`` allows.
    ///
    /// - Parameter isKnown: whether a value of a signal was seen before `observation`, at any time.
    /// - Returns: what it makes known.
    public mutating func take(
        _ observation: Observation, rules: LifeRules = LifeRules(), isKnown: (Signal, String) throws -> Bool
    ) rethrows -> [Event] {
        var events: [Event] = []
        if successes == 0 {
            let model = observation.version.resolvedModel.flatMap { $0 == observation.version.key ? nil : $0 }
            events.append(Event(.first, of: observation, previous: [model].compactMap(\.self)))
        }
        for index in signals.indices where !observation.shows.shows(signals[index].signal) {
            signals[index].unshown += 1
        }
        for signal in Signal.allCases where observation.shows.shows(signal) {
            let changes = try signals[index(of: signal)].take(
                observation[signal], time: observation.time, id: observation.id,
                isConfirmation: observation.isConfirmation, rules: rules,
                isKnown: isKnown)
            for change in changes { events.append(Event(change, of: signal, by: observation)) }
        }
        if observation.retirement == nil, observation.shows.contains(.retirement) { retirement = nil }
        if let announced = observation.retirement, announced != retirement {
            retirement = announced
            events.append(Event(.retirementAnnounced, of: observation, value: announced.iso8601))
        }
        successes += 1
        confirmations = observation.isConfirmation ? confirmations + 1 : 0
        head = Self.place(of: observation)
        return events
    }

    /// The state of `version`: that of its signal that tells least for it.
    public func state(of version: VersionIdentity) -> VersionState {
        var state = VersionState.live
        for life in signals {
            guard let value = version[life.signal] else { continue }
            guard let member = life.members.first(where: { $0.value == value }), !life.isForgotten else {
                return .retired
            }
            if member.isFresh { state = .new }
        }
        return state
    }

    private mutating func index(of signal: Signal) -> Int {
        if let index = signals.firstIndex(where: { $0.signal == signal }) { return index }
        signals.append(SignalLife(signal))
        signals.sort { Signal.allCases.firstIndex(of: $0.signal)! < Signal.allCases.firstIndex(of: $1.signal)! }
        return index(of: signal)
    }

    private static func place(of observation: Observation) -> Sighting {
        Sighting(time: observation.time, id: observation.id, value: "")
    }
}
