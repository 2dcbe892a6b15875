/// What the metrics show of one moment: the counts, what is known of the targets, and how much there is to do.
public struct MetricsSnapshot: Sendable {
    public var counts: ProbeMetrics
    /// What is known of each target.
    public var memories: TargetMemories
    /// How each provider's limits stand, by its name.
    public var limits: [String: ProviderLimits]
    /// How many probes may be in flight.
    public var workers: Int
    public var inFlight: Int
    /// How many due targets wait for a place.
    public var waiting: Int
    public var nextDue: Timestamp?
    /// Larger than that of every snapshot that was taken to be written before.
    public var number: Int

    /// How many providers' every last attempt failed.
    public var failingProviders: Int {
        var isFailing: [String: Bool] = [:]
        for watch in counts.watches {
            guard let memory = memories[watch.target.id], memory.lastAttempt != nil else { continue }
            isFailing[watch.key.provider] = (isFailing[watch.key.provider] ?? true) && memory.failure != nil
        }
        return isFailing.values.count { $0 }
    }

    /// How many providers of the list are suspended.
    public var suspendedProviders: Int { counts.providers.keys.count { limits[$0]?.isSuspended == true } }
}
