/// The version logic itself, without a disk: what every store must do with what it is given.
public struct VersionLedger: Sendable {
    private struct Sighting: Hashable, Sendable {
        var target: TargetID
        var time: Timestamp
        var id: UInt64
    }

    private var memories: [TargetID: TargetMemory] = [:]
    private var known: Set<Sighting> = []

    public init() {}

    /// What is known of `target`; `nil` for nothing.
    public func memory(of target: TargetID) -> TargetMemory? {
        memories[target]
    }

    /// Takes `finding` in; the promises are ``VersionStore/record(_:at:)``'s.
    public mutating func record(_ finding: Finding, at now: Timestamp) -> Recorded {
        if case .observation(let observation, _) = finding {
            let sighting = Sighting(target: observation.target, time: observation.time, id: observation.id)
            guard known.insert(sighting).inserted else { return Recorded(isNews: false) }
        }
        guard !Recorded.isSuspect(finding.time, at: now) else { return Recorded(isNews: true) }
        let events = memories[finding.target, default: TargetMemory()].record(finding)
        return Recorded(isNews: true, events: events)
    }
}
