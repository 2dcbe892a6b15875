extension ProbeMetrics {
    /// Writes what was counted.
    ///
    /// - Parameter series: those of ``models``.
    func write(_ series: ModelSeries, to text: inout Exposition) {
        writeGuard(to: &text)
        series.write(models, to: &text)
        writeProviders(to: &text)
    }

    private func writeGuard(to text: inout Exposition) {
        text.begin(
            MetricFamily(
                "prompter_schedule_lateness_seconds", .histogram, "How long after its due time a probe started."))
        text.histogram([], lateness)
        text.begin(MetricFamily("prompter_guard_answers_total", .counter, "Guard answers, by kind."))
        for answer in ["admitted", "failed", "held", "observed", "vacant"] {
            text.sample([("answer", answer)], Double(guardAnswers[answer] ?? 0))
        }
    }

    private func writeProviders(to text: inout Exposition) {
        let sorted = providers.sorted { $0.key < $1.key }
        text.begin(
            MetricFamily("prompter_probe_failures_by_class_total", .counter, "Failed probes, by class."))
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
            MetricFamily("prompter_probe_duration_seconds", .histogram, "How long probes took, whatever their outcome.")
        )
        for (name, counts) in sorted { text.histogram([("provider", name)], counts.probeDuration) }
        text.begin(
            MetricFamily(
                "prompter_ensure_version_seconds", .histogram, "Time from requesting a version to committing it."))
        for (name, counts) in sorted { text.histogram([("provider", name)], counts.ensureVersion) }
    }
}
