/// The version logic itself, without a disk: what every store must do with what it is given.
public struct VersionLedger: Sendable {
    private struct Sighted: Hashable, Sendable {
        var target: TargetID
        var time: Timestamp
        var id: UInt64
    }

    private struct Past: Sendable {
        /// But for the life.
        var memory = TargetMemory()
        var life = TargetLife()
        /// In the order of their times.
        var observations: [Observation] = []
        var events: [Event] = []
        /// When each value of each signal was first seen, by the hash of both: there may be millions of them.
        var firstSeen: [Int: Timestamp] = [:]

        func update(after finding: Finding) -> TargetUpdate {
            var version: Version?
            var confirmation: Int?
            if case .observation(let observation, _) = finding {
                version = memory.versions.first { $0.identity == observation.version }
                confirmation = life.nextConfirmation(of: observation)
            }
            return TargetUpdate(
                lastAttempt: memory.lastAttempt, lastSuccess: memory.lastSuccess, trouble: memory.trouble,
                life: HeldLife(life), nextConfirmation: confirmation, learned: memory.learned,
                lookupFailure: memory.lookupFailure, version: version)
        }
    }

    private let rules: LifeRules
    private let keepsPast: Bool
    private var pasts: [TargetID: Past] = [:]
    private var known: Set<Sighted> = []
    /// What the watches of each target expect.
    private var expectations: [TargetID: [Watch.Key: Expectation]] = [:]

    /// - Parameter keepsPast: `false` where each finding of a target is later than those before it. Then none is kept: neither
    ///   one that came late nor one that is known already is noticed, and no version but the last is remembered.
    public init(rules: LifeRules = LifeRules(), keepsPast: Bool = true) {
        self.rules = rules
        self.keepsPast = keepsPast
    }

    /// What is known of `target`; `nil` for nothing.
    public func memory(of target: TargetID) -> TargetMemory? {
        guard let past = pasts[target] else { return nil }
        var memory = past.memory
        memory.heldLife = HeldLife(past.life)
        memory.versions = Array(memory.versions.prefix(TargetMemory.mostVersions))
        return memory
    }

    /// Takes over what the watches of `watchlist` expect from now on.
    public mutating func register(_ watchlist: Watchlist) {
        expectations = [:]
        for watch in watchlist.watches where watch.expectation != nil {
            expectations[watch.target.id, default: [:]][watch.key] = watch.expectation
        }
    }

    /// Takes `finding` in; the promises are ``VersionStore/record(_:at:)``'s.
    public mutating func record(_ finding: Finding, at now: Timestamp) -> Recorded {
        if keepsPast, case .observation(let observation, _) = finding {
            let sighted = Sighted(target: observation.target, time: observation.time, id: observation.id)
            guard known.insert(sighted).inserted else { return Recorded(isNews: false) }
        }
        guard !Recorded.isSuspect(finding.time, at: now) else { return Recorded(isNews: true) }
        var past = pasts[finding.target] ?? Past()
        // Taken out, so that nothing is copied.
        pasts[finding.target] = nil
        let versions = past.memory.versions.count
        let changesMemory = finding.isObservation || past.memory.isLatest(finding.time)
        var events = past.memory.record(finding, mostVersions: keepsPast ? .max : 1)
        if case .observation(let observation, _) = finding {
            events = take(observation, into: &past, at: now) + events
            if let expectations = expectations[observation.target] {
                events += past.life.unexpected(observation, by: expectations) { watch, value, time in
                    past.events.contains {
                        $0.kind == .unexpected && $0.watch == watch && $0.value == value && $0.time >= time
                    }
                }
            }
        }
        let told = Set(past.events.map(\.id))
        events = events.filter { !told.contains($0.id) }
        // An event's id is told apart by its slot, so that those of an earlier one can't come again.
        if !keepsPast { past.events.removeAll { $0.slot != events.first?.slot } }
        past.events += events
        let recorded = Recorded(
            isNews: true, isNewVersion: past.memory.versions.count > versions, events: events,
            update: changesMemory ? past.update(after: finding) : nil)
        past.memory.note(events)
        pasts[finding.target] = past
        return recorded
    }

    private func take(_ observation: Observation, into past: inout Past, at now: Timestamp) -> [Event] {
        for signal in Signal.allCases {
            guard let value = observation[signal] else { continue }
            let key = Self.hash(signal, value)
            past.firstSeen[key] = min(past.firstSeen[key] ?? observation.time, observation.time)
        }
        let firstSeen = past.firstSeen
        func take(_ observation: Observation, _ life: inout TargetLife) -> [Event] {
            life.take(observation, rules: rules) { signal, value in
                firstSeen[Self.hash(signal, value)].map { $0 < observation.time } ?? false
            }
        }
        if past.life.isNext(observation) {
            if keepsPast { past.observations.append(observation) }
            return take(observation, &past.life)
        }
        let place = past.observations.firstIndex {
            (observation.time, observation.id) < ($0.time, $0.id)
        }
        past.observations.insert(observation, at: place ?? past.observations.endIndex)
        past.life = TargetLife()
        var derived: [Event] = []
        for observation in past.observations { derived += take(observation, &past.life) }
        let corrected = Set(past.events.lazy.filter { $0.kind == .corrected }.flatMap(\.previous))
        let told = past.events.filter { $0.isOfLife && !corrected.contains($0.id) }
        let revision = EventRevision(derived: derived, told: told)
        // In the order in which a store adds them.
        let ids = Set(past.events.map(\.id))
        return revision.missing.map { event in
            var event = event
            while ids.contains(event.id) { event = event.retold }
            return event
        } + revision.refuted.map { Event(correcting: $0, at: now) }
    }

    private static func hash(_ signal: Signal, _ value: String) -> Int {
        var hasher = Hasher()
        hasher.combine(signal)
        hasher.combine(value)
        return hasher.finalize()
    }
}
