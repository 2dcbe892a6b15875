/// The version logic itself, without a disk: what every store must do with what it is given.
public struct VersionLedger: Sendable {
    fileprivate struct Entry: Sendable {
        var memory = TargetMemory()
        var known: Set<UInt64> = []
    }

    private var entries: [TargetID: Entry] = [:]

    public init() {}

    /// What is known of `target`; `nil` for nothing.
    public func memory(of target: TargetID) -> TargetMemory? {
        entries[target]?.memory
    }

    /// Takes `finding` in; the promises are ``VersionStore/record(_:at:)``'s.
    public mutating func record(_ finding: Finding, at now: Timestamp) -> Recorded {
        switch finding {
        case .observation(let observation, _): entries[observation.target, default: Entry()].record(observation, at: now)
        case .failure(let attempt): entries[attempt.target, default: Entry()].record(attempt)
        }
    }
}

extension VersionLedger.Entry {
    fileprivate mutating func record(_ observation: Observation, at now: Timestamp) -> Recorded {
        guard known.insert(observation.id).inserted else { return Recorded(isNews: false) }
        guard observation.time <= now + Recorded.clockTolerance else { return Recorded(isNews: true) }
        if observation.time >= memory.lastAttempt ?? observation.time {
            memory.lastAttempt = observation.time
            memory.failure = nil
            memory.failures = 0
        }
        memory.lastSuccess = max(memory.lastSuccess ?? observation.time, observation.time)
        guard let index = memory.versions.firstIndex(where: { $0.identity == observation.version }) else {
            let kind: Event.Kind = memory.versions.isEmpty ? .first : .appeared
            memory.versions.append(
                Version(
                    identity: observation.version, firstSeen: observation.time, lastSeen: observation.time, sightings: 1))
            sortVersions()
            return Recorded(isNews: true, events: [Event(kind: kind, observation: observation)])
        }
        memory.versions[index].see(at: observation.time)
        sortVersions()
        return Recorded(isNews: true)
    }

    fileprivate mutating func record(_ attempt: FailedAttempt) -> Recorded {
        guard attempt.time >= memory.lastAttempt ?? attempt.time else { return Recorded(isNews: true) }
        memory.lastAttempt = attempt.time
        memory.failure = attempt.failureClass
        memory.failures += 1
        return Recorded(isNews: true)
    }

    private mutating func sortVersions() {
        memory.versions.sort { ($0.lastSeen, $0.identity.key) > ($1.lastSeen, $1.identity.key) }
    }
}
