extension ProbeMetrics {
    /// Writes what was counted.
    func write(to text: inout Exposition) {
        writeGuard(to: &text)
        writeModels(to: &text)
        writeChanges(to: &text)
        writeLookups(to: &text)
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

    private func writeModels(to text: inout Exposition) {
        let sorted = models.sorted { $0.key < $1.key }
        func write(_ name: String, _ help: String, _ value: (ModelCounts) -> UInt64?) {
            text.begin(MetricFamily(name, .counter, help))
            for (key, counts) in sorted {
                guard let value = value(counts) else { continue }
                text.sample([("provider", key.provider), ("model", key.model)], Double(value))
            }
        }
        write("prompter_probe_attempts_total", "Probes admitted by the guard.") { $0.attempts }
        write("prompter_probe_failures_total", "Failed probes.") { $0.failures }
        if sorted.contains(where: { $0.value.fingerprints != nil }) {
            write("prompter_openai_fingerprint_present_total", "OpenAI responses that carried a fingerprint.") {
                $0.fingerprints
            }
        }
    }

    /// A target's first version is no change.
    private func writeChanges(to text: inout Exposition) {
        text.begin(
            MetricFamily(
                "prompter_version_changes_total", .counter, "Version events, by kind and severity."))
        let changes = Event.Kind.allCases.filter { $0 != .first }.flatMap { kind in
            kind.severities.map { ProbeMetrics.Change(kind: kind, severity: $0) }
        }
        for (key, counts) in models.sorted(by: { $0.key < $1.key }) {
            for change in changes {
                text.sample(
                    [
                        ("provider", key.provider), ("model", key.model), ("kind", change.kind.rawValue),
                        ("severity", change.severity.rawValue),
                    ], Double(counts.changes[change] ?? 0))
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
                "Failed lookups beside a successful completion, by reason."))
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
