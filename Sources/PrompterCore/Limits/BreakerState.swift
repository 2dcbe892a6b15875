/// Where a provider's circuit breaker stands. The raw value is the metric's label.
public enum BreakerState: String, Hashable, Sendable, CaseIterable {
    /// Calls are made.
    case closed
    /// The provider failed time and again: no call is made for a while.
    case open
    /// The while is over: one call is made, and decides.
    case halfOpen = "half_open"
}
