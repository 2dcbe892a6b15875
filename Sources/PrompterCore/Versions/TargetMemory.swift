/// What a store knows of one target.
public struct TargetMemory: Hashable, Sendable {
    /// When the last probe of the target ended, however it ended.
    public var lastAttempt: Timestamp?
    /// The time of the latest observation, suspect ones left out.
    public var lastSuccess: Timestamp?
    /// The class of the last attempt's failure; `nil` where it succeeded.
    public var failure: FailureClass?
    /// Failed attempts since the last success.
    public var failures: Int
    /// The versions, the one seen last first.
    public var versions: [Version]

    public init(
        lastAttempt: Timestamp? = nil, lastSuccess: Timestamp? = nil, failure: FailureClass? = nil, failures: Int = 0,
        versions: [Version] = []
    ) {
        self.lastAttempt = lastAttempt
        self.lastSuccess = lastSuccess
        self.failure = failure
        self.failures = failures
        self.versions = versions
    }
}

extension TargetMemory {
    /// Takes a finding in that was not known before and is not suspect.
    ///
    /// - Parameter mostVersions: versions beyond are dropped, the one seen longest ago first.
    /// - Returns: the events that it makes.
    mutating func record(_ finding: Finding, mostVersions: Int = .max) -> [Event] {
        switch finding {
        case .observation(let observation, _): return record(observation, mostVersions: mostVersions)
        case .failure(let attempt):
            record(attempt)
            return []
        }
    }

    private mutating func record(_ observation: Observation, mostVersions: Int) -> [Event] {
        if observation.time >= lastAttempt ?? observation.time {
            lastAttempt = observation.time
            failure = nil
            failures = 0
        }
        lastSuccess = max(lastSuccess ?? observation.time, observation.time)
        let isFirst = versions.isEmpty
        let known = versions.firstIndex { $0.identity == observation.version }
        if let known {
            versions[known].see(at: observation.time)
        } else {
            versions.append(
                Version(
                    identity: observation.version, firstSeen: observation.time, lastSeen: observation.time, sightings: 1
                ))
        }
        if versions.count > 1 {
            versions.sort(by: Version.isSeenLater)
            versions = Array(versions.prefix(mostVersions))
        }
        return known == nil ? [Event(kind: isFirst ? .first : .appeared, observation: observation)] : []
    }

    private mutating func record(_ attempt: FailedAttempt) {
        guard attempt.time >= lastAttempt ?? attempt.time else { return }
        lastAttempt = attempt.time
        failure = attempt.failureClass
        failures += 1
    }
}
