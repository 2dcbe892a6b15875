/// What a successful probe brings back.
public struct ProbeAnswer: Hashable, Sendable {
    public var version: VersionIdentity
    public var usage: Usage
    /// From the start of the call to its parsed answer.
    public var latency: Duration

    public init(version: VersionIdentity, usage: Usage = Usage(), latency: Duration) {
        self.version = version
        self.usage = usage
        self.latency = latency
    }
}
