/// The series of each model that a provider has. From one text to the next it keeps the models' order and labels, as long as the
/// models are the same.
struct ModelSeries: Sendable {
    private struct Shown: Sendable {
        /// Where the model's counts stand.
        var place: Int
        var labels: LabelText
    }

    private static let changes = Event.Kind.allCases.filter { $0 != .first }.flatMap { kind in
        kind.severities.map { severity in
            (
                change: ProbeMetrics.Change(kind: kind, severity: severity),
                labels: LabelText([("kind", kind.rawValue), ("severity", severity.rawValue)])
            )
        }
    }
    private static let reasons = FailureClass.allCases.map { reason in
        (reason: reason, labels: LabelText([("reason", reason.rawValue)]))
    }

    private var keys: [ProbeMetrics.ModelKey] = []
    private var shown: [Shown] = []

    /// Takes over whose series they are.
    mutating func update(_ keys: [ProbeMetrics.ModelKey]) {
        // Mostly they share their storage, and then no key is looked at: what is equal is taken over, too, so that they do again.
        let isSame = keys == self.keys
        self.keys = keys
        guard !isSame else { return }
        shown = keys.indices.sorted { keys[$0] < keys[$1] }.map { place in
            Shown(
                place: place, labels: LabelText([("provider", keys[place].provider), ("model", keys[place].model)]))
        }
    }

    /// - Parameter counts: of the models that it has taken over.
    func write(_ counts: SnapshotTable<ProbeMetrics.ModelKey, ProbeMetrics.ModelCounts>, to text: inout Exposition) {
        writeProbes(counts, to: &text)
        writeChanges(counts, to: &text)
        writeLookups(counts, to: &text)
    }

    private func writeProbes(
        _ counts: SnapshotTable<ProbeMetrics.ModelKey, ProbeMetrics.ModelCounts>, to text: inout Exposition
    ) {
        text.begin(MetricFamily("prompter_probe_attempts_total", .counter, "Probes admitted by the guard."))
        for model in shown { text.sample(model.labels, Double(counts[at: model.place].attempts)) }
        text.begin(MetricFamily("prompter_probe_failures_total", .counter, "Failed probes."))
        for model in shown { text.sample(model.labels, Double(counts[at: model.place].failures)) }
        guard shown.contains(where: { counts[at: $0.place].fingerprints != nil }) else { return }
        text.begin(
            MetricFamily(
                "prompter_openai_fingerprint_present_total", .counter, "OpenAI responses that carried a fingerprint."))
        for model in shown {
            guard let fingerprints = counts[at: model.place].fingerprints else { continue }
            text.sample(model.labels, Double(fingerprints))
        }
    }

    /// A target's first version is no change.
    private func writeChanges(
        _ counts: SnapshotTable<ProbeMetrics.ModelKey, ProbeMetrics.ModelCounts>, to text: inout Exposition
    ) {
        text.begin(
            MetricFamily(
                "prompter_version_changes_total", .counter, "Version events, by kind and severity."))
        for model in shown {
            let counts = counts[at: model.place].changes
            for (change, labels) in Self.changes { text.sample(model.labels, labels, Double(counts[change] ?? 0)) }
        }
    }

    private func writeLookups(
        _ counts: SnapshotTable<ProbeMetrics.ModelKey, ProbeMetrics.ModelCounts>, to text: inout Exposition
    ) {
        guard shown.contains(where: { counts[at: $0.place].lookupFailures != nil }) else { return }
        text.begin(
            MetricFamily(
                "prompter_lookup_failures_total", .counter,
                "Failed lookups beside a successful completion, by reason."))
        for model in shown {
            guard let failures = counts[at: model.place].lookupFailures else { continue }
            for (reason, labels) in Self.reasons { text.sample(model.labels, labels, Double(failures[reason] ?? 0)) }
        }
    }
}
