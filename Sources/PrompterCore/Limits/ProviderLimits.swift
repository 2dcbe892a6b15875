/// How a provider's limits stand at one moment.
public struct ProviderLimits: Hashable, Sendable {
    public var breaker = BreakerState.closed
    /// Whether its credential was refused or its quota is used up.
    public var isSuspended = false
    /// How many of its targets are suspended by themselves.
    public var suspendedTargets = 0

    public init() {}
}
