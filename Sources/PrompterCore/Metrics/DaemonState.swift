/// What the daemon's metrics show of the moment rather than of the past.
public struct DaemonState: Sendable {
    /// `false` once it has stopped.
    public var isUp = true
    public var version = ""
    public var start: Timestamp
    /// The time of the last watchlist that was taken; `nil` for none.
    public var watchlistTaken: Timestamp?
    /// Whether the watchlist as it stands on disk is in force.
    public var isWatchlistValid = true
    public var storeCommits: UInt64 = 0
    public var storeRows: UInt64 = 0
    public var storeErrors: UInt64 = 0
    public var storeReplacements: UInt64 = 0
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

    func writeStore(to text: inout Exposition) {
        text.counter("prompter_store_commits_total", "Transactions committed to the database.", storeCommits)
        text.counter("prompter_store_rows_total", "Findings committed to the database.", storeRows)
        text.counter(
            "prompter_store_errors_total", "Failed commits; their contents are retried.", storeErrors)
        text.counter(
            "prompter_store_replacements_total",
            "Times the database gave way to another: damaged and moved away, or moved, deleted or replaced by somebody.",
            storeReplacements)
        text.gauge("prompter_store_pending", "Findings waiting to be committed.", Double(storePending))
        text.counter("prompter_textfile_errors_total", "Failed writes of this file.", textfileErrors)
        guard let isRedisUp else { return }
        text.gauge(
            "prompter_redis_up", "1 while Redis answers, 0 while this instance guards its slots alone.",
            isRedisUp ? 1 : 0)
        text.begin(MetricFamily("prompter_redis_errors_total", .counter, "Redis failures, by kind."))
        for (kind, count) in redisErrors.sorted(by: { $0.key < $1.key }) {
            text.sample([("kind", kind)], Double(count))
        }
    }

    func writeDeliveries(to text: inout Exposition) {
        text.begin(
            MetricFamily(
                "prompter_webhook_deliveries_total", .counter, "Webhook delivery attempts, by outcome."))
        for (outcome, count) in [
            ("delivered", deliveries.delivered), ("failed", deliveries.failed), ("given_up", deliveries.givenUp),
        ] {
            text.sample([("outcome", outcome)], Double(count))
        }
        text.gauge(
            "prompter_webhook_pending", "Events not yet delivered to a webhook.", Double(deliveries.pending))
    }
}

/// What is counted of webhooks.
public struct DeliveryCounts: Hashable, Sendable {
    /// Attempts of this instance by how they ended: the webhook has the event, it is tried again, it is not.
    public var delivered: UInt64 = 0
    public var failed: UInt64 = 0
    public var givenUp: UInt64 = 0
    /// Deliveries that are yet to be made, at the last look.
    public var pending = 0

    public init() {}
}
