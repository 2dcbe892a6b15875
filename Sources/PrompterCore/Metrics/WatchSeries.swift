/// The series of each watch: when it was probed, its versions, and what its signals are worth.
struct WatchSeries {
    private struct Shown {
        var watch: Watch
        var labels: [(name: String, value: String)]
        var memory: TargetMemory
    }

    private let shown: [Shown]
    private let count: Int

    /// - Parameter most: the most watches that get series of their own.
    init(_ watches: [Watch], _ memories: [TargetID: TargetMemory], most: Int) {
        count = watches.count
        shown = watches.sorted { $0.key < $1.key }.prefix(most).map { watch in
            let labels = [
                ("org", watch.key.org), ("workspace", watch.key.workspace), ("template", watch.key.template),
                ("provider", watch.key.provider), ("model", watch.key.model),
            ]
            return Shown(watch: watch, labels: labels, memory: memories[watch.target.id] ?? TargetMemory())
        }
    }

    func write(to text: inout Exposition) {
        text.gauge(
            "prompter_watches_without_series", "Watches without series of their own because the limit is reached.",
            Double(count - shown.count))
        writeTimes(to: &text)
        writeAvailability(to: &text)
        writeVersions(to: &text)
        writeSignals(to: &text)
    }

    private func writeTimes(to text: inout Exposition) {
        if !shown.isEmpty {
            text.begin(
                MetricFamily("prompter_watch_interval_seconds", .gauge, "Interval at which the watch is probed."))
            for watch in shown { text.sample(watch.labels, watch.watch.target.interval.seconds) }
        }
        func write(_ name: String, _ help: String, _ time: (TargetMemory) -> Timestamp?) {
            let known = shown.compactMap { watch in time(watch.memory).map { (watch.labels, $0) } }
            guard !known.isEmpty else { return }
            text.begin(MetricFamily(name, .gauge, help))
            for (labels, time) in known { text.sample(labels, time.seconds) }
        }
        write("prompter_watch_last_attempt_timestamp_seconds", "When the watch was last probed.") { $0.lastAttempt }
        write("prompter_watch_last_success_timestamp_seconds", "When its version was last seen.") { $0.lastSuccess }
        write("prompter_watch_last_change_timestamp_seconds", "When a value last joined its live set.") {
            $0.lastChange
        }
        write("prompter_watch_retirement_timestamp_seconds", "When the provider says it will shut the model down.") {
            $0.life.retirement
        }
    }

    private func writeAvailability(to text: inout Exposition) {
        guard !shown.isEmpty else { return }
        text.begin(
            MetricFamily(
                "prompter_watch_unavailable", .gauge,
                "1 while the provider does not know the model (not_found), or refuses what used to work (refused), else 0."
            ))
        for watch in shown {
            let trouble = watch.memory.trouble
            text.sample(watch.labels + [("reason", "not_found")], trouble.isNotFound ? 1 : 0)
            text.sample(watch.labels + [("reason", "refused")], trouble.isRefused ? 1 : 0)
        }
    }

    private func writeVersions(to text: inout Exposition) {
        text.begin(MetricFamily("prompter_watch_version_info", .gauge, "Versions seen for the watch; always 1."))
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
                "1 while the watch expects every live version, else 0."))
        for watch in shown {
            if let isMet = watch.watch.expectation?.isMet(by: watch.memory.life) {
                text.sample(watch.labels, isMet ? 1 : 0)
            }
        }
    }

    private func writeSignals(to text: inout Exposition) {
        guard shown.contains(where: { !$0.memory.life.signals.isEmpty }) else { return }
        text.begin(
            MetricFamily(
                "prompter_watch_signal_info", .gauge, "Confidence in each signal of the watch; always 1."))
        for watch in shown {
            for life in watch.memory.life.signals {
                let confidence = life.confidence(model: watch.watch.target.model)
                text.sample(
                    watch.labels + [("signal", life.signal.rawValue), ("confidence", confidence.rawValue)], 1)
            }
        }
        text.begin(MetricFamily("prompter_watch_live_values", .gauge, "Live values, by signal."))
        for watch in shown {
            for life in watch.memory.life.signals {
                text.sample(watch.labels + [("signal", life.signal.rawValue)], Double(life.members.count))
            }
        }
    }
}
