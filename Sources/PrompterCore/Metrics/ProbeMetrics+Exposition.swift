extension ProbeMetrics {
    /// The metrics as text, sorted, so that two files can be compared.
    ///
    /// - Parameter mostWatches: the most watches that get series of their own.
    public func exposition(_ state: DaemonState, service: String, environment: String, mostWatches: Int) -> [UInt8] {
        var text = Exposition(labels: [("service", service), ("env", environment)])
        write(state, to: &text)
        writeModels(to: &text)
        writeChanges(to: &text)
        writeLookups(to: &text)
        writeProviders(to: &text)
        if state.isUp { writeLimits(to: &text) }
        writeStore(state, to: &text)
        writeDeliveries(state.deliveries, to: &text)
        writeWatches(state, mostWatches: mostWatches, to: &text)
        return text.bytes
    }

    private func write(_ state: DaemonState, to text: inout Exposition) {
        text.begin(MetricFamily("prompter_build_info", .gauge, "The program that writes this file, always 1."))
        text.sample([("version", state.version)], 1)
        text.gauge("prompter_up", "1 while the daemon runs, 0 once it has stopped.", state.isUp ? 1 : 0)
        text.gauge("prompter_start_timestamp_seconds", "When the daemon started.", state.start.seconds)
        text.gauge("prompter_watches", "Watches of the watchlist in force.", Double(watches.count))
        text.gauge("prompter_targets", "Distinct calls that the watches need.", Double(targetCount))
        text.gauge("prompter_workers", "Probes that may be in flight at once.", Double(state.workers))
        text.gauge("prompter_probes_in_flight", "Probes in flight.", Double(state.probesInFlight))
        text.gauge("prompter_probes_waiting", "Due targets that wait for a worker.", Double(state.probesWaiting))
        text.gauge(
            "prompter_watchlist_last_reload_successful",
            "1 where the watchlist on disk is in force, 0 where it was refused.",
            state.isWatchlistValid ? 1 : 0)
        if let taken = state.watchlistTaken {
            text.gauge(
                "prompter_watchlist_last_reload_success_timestamp_seconds", "When a watchlist was last taken.",
                taken.seconds)
        }
        text.begin(
            MetricFamily(
                "prompter_schedule_lateness_seconds", .histogram, "How long after its due time a probe started."))
        text.histogram([], lateness)
        text.begin(MetricFamily("prompter_guard_answers_total", .counter, "Answers of the guard, by kind."))
        for answer in ["admitted", "failed", "held", "observed", "vacant"] {
            text.sample([("answer", answer)], Double(guardAnswers[answer] ?? 0))
        }
    }

    private func writeModels(to text: inout Exposition) {
        let sorted = models.sorted { $0.key < $1.key }
        func write(_ name: String, _ help: String, _ value: (ModelCounts) -> UInt64?) {
            text.begin(MetricFamily(name, .counter, help))
            for (key, counts) in sorted {
                guard let value = value(counts) else { continue }
                text.sample([("provider", key.provider), ("model", key.model)], Double(value))
            }
        }
        write("prompter_probe_attempts_total", "Probes that were admitted.") { $0.attempts }
        write("prompter_probe_failures_total", "Probes that learned nothing.") { $0.failures }
        if sorted.contains(where: { $0.value.fingerprints != nil }) {
            write("prompter_openai_fingerprint_present_total", "Answers of OpenAI that carried a fingerprint.") {
                $0.fingerprints
            }
        }
    }

    /// A target's first version is no change.
    private func writeChanges(to text: inout Exposition) {
        text.begin(
            MetricFamily(
                "prompter_version_changes_total", .counter, "What became known about versions, by kind of event."))
        for (key, counts) in models.sorted(by: { $0.key < $1.key }) {
            for kind in Event.Kind.allCases where kind != .first {
                text.sample(
                    [("provider", key.provider), ("model", key.model), ("kind", kind.rawValue)],
                    Double(counts.changes[kind] ?? 0))
            }
        }
    }

    private func writeLookups(to text: inout Exposition) {
        let asked = models.sorted { $0.key < $1.key }.compactMap { key, counts in
            counts.lookupFailures.map { (key: key, failures: $0) }
        }
        guard !asked.isEmpty else { return }
        text.begin(
            MetricFamily(
                "prompter_lookup_failures_total", .counter,
                "Lookups that told nothing beside a completion that succeeded, by reason."))
        for (key, failures) in asked {
            for failureClass in FailureClass.allCases {
                text.sample(
                    [("provider", key.provider), ("model", key.model), ("reason", failureClass.rawValue)],
                    Double(failures[failureClass] ?? 0))
            }
        }
    }

    private func writeProviders(to text: inout Exposition) {
        let sorted = providers.sorted { $0.key < $1.key }
        text.begin(
            MetricFamily("prompter_probe_failures_by_class_total", .counter, "Probes that learned nothing, by class."))
        for (name, counts) in sorted {
            for failureClass in FailureClass.allCases {
                text.sample(
                    [("provider", name), ("class", failureClass.rawValue)], Double(counts.failures[failureClass] ?? 0))
            }
        }
        text.begin(
            MetricFamily("prompter_probe_skipped_total", .counter, "Due targets that were not called, by reason."))
        for (name, counts) in sorted {
            for reason in SkipReason.allCases {
                text.sample([("provider", name), ("reason", reason.rawValue)], Double(counts.skips[reason] ?? 0))
            }
        }
        text.begin(MetricFamily("prompter_slots_missed_total", .counter, "Slots that passed without a probe."))
        for (name, counts) in sorted { text.sample([("provider", name)], Double(counts.missed)) }
        text.begin(
            MetricFamily("prompter_probe_duration_seconds", .histogram, "How long probes took, however they ended."))
        for (name, counts) in sorted { text.histogram([("provider", name)], counts.probeDuration) }
        text.begin(
            MetricFamily(
                "prompter_ensure_version_seconds", .histogram, "From asking for a version to its being committed."))
        for (name, counts) in sorted { text.histogram([("provider", name)], counts.ensureVersion) }
    }

    private func writeLimits(to text: inout Exposition) {
        let sorted = providers.keys.sorted().map { (name: $0, limits: limits[$0] ?? ProviderLimits()) }
        text.begin(
            MetricFamily(
                "prompter_provider_stand_off", .gauge,
                "1 while the whole provider is left alone for this cause, else 0."))
        for (name, limits) in sorted {
            for cause in FailureClass.allCases where cause.mayConcernProvider || cause == limits.standOff {
                text.sample([("provider", name), ("cause", cause.rawValue)], limits.standOff == cause ? 1 : 0)
            }
        }
        text.begin(
            MetricFamily(
                "prompter_provider_suspended", .gauge,
                "1 while its credential is refused or its quota used up and it is hardly called, else 0."))
        for (name, limits) in sorted { text.sample([("provider", name)], limits.isSuspended ? 1 : 0) }
        text.begin(
            MetricFamily(
                "prompter_targets_suspended", .gauge,
                "Targets that the provider refuses, limits or does not have, and that are hardly called."))
        for (name, limits) in sorted { text.sample([("provider", name)], Double(limits.suspendedTargets)) }
    }

    private func writeStore(_ state: DaemonState, to text: inout Exposition) {
        text.counter("prompter_store_commits_total", "Transactions committed to the database.", state.storeCommits)
        text.counter("prompter_store_rows_total", "Findings committed to the database.", state.storeRows)
        text.counter(
            "prompter_store_errors_total", "Commits that failed; what they held is tried again.", state.storeErrors)
        text.gauge("prompter_store_pending", "Findings that wait to be committed.", Double(state.storePending))
        text.counter("prompter_textfile_errors_total", "Writes of this file that failed.", state.textfileErrors)
        guard let isRedisUp = state.isRedisUp else { return }
        text.gauge("prompter_redis_up", "1 while Redis answers, 0 while the daemon guards alone.", isRedisUp ? 1 : 0)
        text.begin(MetricFamily("prompter_redis_errors_total", .counter, "Failures of Redis, by kind."))
        for (kind, count) in state.redisErrors.sorted(by: { $0.key < $1.key }) {
            text.sample([("kind", kind)], Double(count))
        }
    }

    private func writeDeliveries(_ counts: DeliveryCounts, to text: inout Exposition) {
        text.begin(
            MetricFamily(
                "prompter_webhook_deliveries_total", .counter, "Attempts to tell a webhook of an event, by outcome."))
        for (outcome, count) in [
            ("delivered", counts.delivered), ("failed", counts.failed), ("given_up", counts.givenUp),
        ] {
            text.sample([("outcome", outcome)], Double(count))
        }
        text.gauge("prompter_webhook_pending", "Events that are yet to be told to a webhook.", Double(counts.pending))
    }

    /// A stopped daemon shows nothing of watches: nobody keeps it true.
    private func writeWatches(_ state: DaemonState, mostWatches: Int, to text: inout Exposition) {
        guard state.isUp else { return }
        let shown = watches.sorted { $0.key < $1.key }.prefix(mostWatches).map { watch in
            let labels = [
                ("org", watch.key.org), ("workspace", watch.key.workspace), ("template", watch.key.template),
                ("provider", watch.key.provider), ("model", watch.key.model),
            ]
            return Shown(watch: watch, labels: labels, memory: memories[watch.target.id] ?? TargetMemory())
        }
        text.gauge(
            "prompter_watches_without_series", "Watches beyond the limit of series, which have none of their own.",
            Double(watches.count - shown.count))
        writeTimes(of: shown, to: &text)
        writeVersions(of: shown, to: &text)
        writeSignals(of: shown, to: &text)
    }

    private struct Shown {
        var watch: Watch
        var labels: [(name: String, value: String)]
        var memory: TargetMemory
    }

    private func writeTimes(of shown: [Shown], to text: inout Exposition) {
        func write(_ name: String, _ help: String, _ time: (TargetMemory) -> Timestamp?) {
            let known = shown.compactMap { watch in time(watch.memory).map { (watch.labels, $0) } }
            guard !known.isEmpty else { return }
            text.begin(MetricFamily(name, .gauge, help))
            for (labels, time) in known { text.sample(labels, time.seconds) }
        }
        write("prompter_watch_last_attempt_timestamp_seconds", "When the watch was last probed.") { $0.lastAttempt }
        write("prompter_watch_last_success_timestamp_seconds", "When its version was last seen.") { $0.lastSuccess }
        write("prompter_watch_last_change_timestamp_seconds", "When something last came into its live set.") {
            $0.lastChange
        }
        write("prompter_watch_retirement_timestamp_seconds", "When the provider will shut its model down, as it says.")
        {
            $0.life.retirement
        }
    }

    private func writeVersions(of shown: [Shown], to text: inout Exposition) {
        text.begin(MetricFamily("prompter_watch_version_info", .gauge, "Versions seen for the watch, always 1."))
        for watch in shown {
            let versions = watch.memory.versions.prefix(TargetMemory.mostVersions)
            for version in versions.sorted(by: { $0.identity.name < $1.identity.name }) {
                let identity = version.identity
                text.sample(
                    watch.labels + [
                        ("provider_version_key", identity.key), ("resolved_model", identity.resolvedModel ?? ""),
                        ("fingerprint", identity.fingerprint ?? ""), ("digest", identity.digest ?? ""),
                        ("state", watch.memory.life.state(of: identity).rawValue),
                    ], 1)
            }
        }
        guard shown.contains(where: { $0.watch.expectation != nil }) else { return }
        text.begin(
            MetricFamily(
                "prompter_watch_expectation_met", .gauge,
                "1 while every live version is one that the watch expects, else 0."))
        for watch in shown {
            if let isMet = watch.watch.expectation?.isMet(by: watch.memory.life) {
                text.sample(watch.labels, isMet ? 1 : 0)
            }
        }
    }

    private func writeSignals(of shown: [Shown], to text: inout Exposition) {
        guard shown.contains(where: { !$0.memory.life.signals.isEmpty }) else { return }
        text.begin(
            MetricFamily(
                "prompter_watch_signal_info", .gauge, "What each signal of the watch is worth as evidence, always 1."))
        for watch in shown {
            for life in watch.memory.life.signals {
                let confidence = life.confidence(model: watch.watch.target.model)
                text.sample(
                    watch.labels + [("signal", life.signal.rawValue), ("confidence", confidence.rawValue)], 1)
            }
        }
        text.begin(MetricFamily("prompter_watch_live_values", .gauge, "Values that are live, by signal."))
        for watch in shown {
            for life in watch.memory.life.signals {
                text.sample(watch.labels + [("signal", life.signal.rawValue)], Double(life.members.count))
            }
        }
    }
}

extension Exposition {
    fileprivate mutating func gauge(_ name: String, _ help: String, _ value: Double) {
        begin(MetricFamily(name, .gauge, help))
        sample([], value)
    }

    fileprivate mutating func counter(_ name: String, _ help: String, _ value: UInt64) {
        begin(MetricFamily(name, .counter, help))
        sample([], Double(value))
    }
}
