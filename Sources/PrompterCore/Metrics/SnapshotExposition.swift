extension MetricsSnapshot {
    /// Writes what the daemon is and does.
    func write(_ state: DaemonState, to text: inout Exposition) {
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

    /// Writes how the providers' limits stand.
    func writeLimits(to text: inout Exposition) {
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
