/// The version logic itself, without a disk: what every store must do with what it is given.
public struct VersionLedger: Sendable {
    private var memories: [TargetID: TargetMemory] = [:]
    private var known: Set<UInt64> = []

    public init() {}

    /// What is known of `target`; `nil` for nothing.
    public func memory(of target: TargetID) -> TargetMemory? {
        memories[target]
    }

    /// Takes `finding` in; the promises are ``VersionStore/record(_:at:)``'s.
    public mutating func record(_ finding: Finding, at now: Timestamp) -> Recorded {
        if case .observation(let observation, _) = finding, !known.insert(observation.id).inserted {
            return Recorded(isNews: false)
        }
        let events = memories[finding.target, default: TargetMemory()].record(finding, at: now)
        return Recorded(isNews: true, events: events)
    }
}
