/// What the metrics show of one moment: the counts, what is known of the targets, and how much there is to do.
public struct MetricsSnapshot: Sendable {
    public var counts: ProbeMetrics
    /// What is known of each target.
    public var memories: [TargetID: TargetMemory]
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

    /// The metrics as text, sorted, so that two files can be compared.
    ///
    /// - Parameter mostWatches: the most watches that get series of their own.
    public func exposition(_ state: DaemonState, service: String, environment: String, mostWatches: Int) -> [UInt8] {
        var text = Exposition(labels: SeriesLabels(service: service, environment: environment).all)
        write(state, to: &text)
        counts.write(to: &text)
        if state.isUp { writeLimits(to: &text) }
        state.writeStore(to: &text)
        state.writeDeliveries(to: &text)
        // A stopped daemon shows nothing of watches: nobody keeps it true.
        if state.isUp {
            WatchSeries(counts.watches, memories, most: mostWatches).write(to: &text)
        }
        return text.bytes
    }

    private func write(_ state: DaemonState, to text: inout Exposition) {
        text.begin(MetricFamily("prompter_build_info", .gauge, "Version of the running prompterd; always 1."))
        text.sample([("version", state.version)], 1)
        text.gauge("prompter_up", "1 while the daemon runs, 0 once it has stopped.", state.isUp ? 1 : 0)
        text.gauge("prompter_start_timestamp_seconds", "When the daemon started.", state.start.seconds)
        text.gauge("prompter_watches", "Watches in the watchlist in force.", Double(counts.watches.count))
        text.gauge("prompter_targets", "Distinct calls the watches need.", Double(counts.targetCount))
        text.gauge("prompter_workers", "Probes that may be in flight at once.", Double(workers))
        text.gauge("prompter_probes_in_flight", "Probes in flight.", Double(inFlight))
        text.gauge("prompter_probes_waiting", "Due targets waiting for a worker.", Double(waiting))
        text.gauge(
            "prompter_watchlist_last_reload_successful",
            "1 if the watchlist on disk is in force, 0 if it was refused.",
            state.isWatchlistValid ? 1 : 0)
        if let taken = state.watchlistTaken {
            text.gauge(
                "prompter_watchlist_last_reload_success_timestamp_seconds", "When a watchlist was last loaded.",
                taken.seconds)
        }
    }

    private func writeLimits(to text: inout Exposition) {
        let sorted = counts.providers.keys.sorted().map { (name: $0, limits: limits[$0] ?? ProviderLimits()) }
        text.begin(
            MetricFamily(
                "prompter_provider_stand_off", .gauge,
                "1 while calls to the whole provider are paused for this cause, else 0."))
        for (name, limits) in sorted {
            for cause in FailureClass.allCases where cause.mayConcernProvider || cause == limits.standOff {
                text.sample([("provider", name), ("cause", cause.rawValue)], limits.standOff == cause ? 1 : 0)
            }
        }
        text.begin(
            MetricFamily(
                "prompter_provider_suspended", .gauge,
                "1 while the provider is rarely called because its credential is refused or its quota used up, else 0.")
        )
        for (name, limits) in sorted { text.sample([("provider", name)], limits.isSuspended ? 1 : 0) }
        text.begin(
            MetricFamily(
                "prompter_targets_suspended", .gauge,
                "Targets that are rarely called because the provider refuses, limits or does not have them."))
        for (name, limits) in sorted { text.sample([("provider", name)], Double(limits.suspendedTargets)) }
    }
}
