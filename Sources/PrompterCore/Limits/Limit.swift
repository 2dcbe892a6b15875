/// What keeps a due target from being called, and for how long yet.
public struct Limit: Hashable, Sendable {
    /// What its slot ends with where it lasts so long.
    public var reason: SkipReason
    /// Until when, in uptime.
    public var until: Duration

    public init(reason: SkipReason, until: Duration) {
        self.reason = reason
        self.until = until
    }
}
