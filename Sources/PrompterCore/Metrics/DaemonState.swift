/// What the daemon's metrics show of the moment rather than of the past.
public struct DaemonState: Sendable {
    /// `false` once it has stopped.
    public var isUp = true
    public var version = ""
    public var start: Timestamp
    public var workers = 0
    public var probesInFlight = 0
    public var probesWaiting = 0
    /// The time of the last watchlist that was taken; `nil` for none.
    public var watchlistTaken: Timestamp?
    /// Whether the watchlist as it stands on disk is in force.
    public var isWatchlistValid = true
    public var storeCommits: UInt64 = 0
    public var storeRows: UInt64 = 0
    public var storeErrors: UInt64 = 0
    public var storePending = 0
    public var textfileErrors: UInt64 = 0
    public var deliveries = DeliveryCounts()
    /// `nil` where no Redis is set.
    public var isRedisUp: Bool?
    /// By kind.
    public var redisErrors: [String: UInt64] = [:]

    public init(start: Timestamp) {
        self.start = start
    }
}
