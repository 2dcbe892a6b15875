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
    public var usage: Usage
    public var latency: Duration

    public init(
        id: UInt64, target: TargetID, slot: Int64, time: Timestamp, version: VersionIdentity, usage: Usage = Usage(),
        latency: Duration = .zero
    ) {
        self.id = id
        self.target = target
        self.slot = slot
        self.time = time
        self.version = version
        self.usage = usage
        self.latency = latency
    }
}
