/// The series of each watch: when it was probed, its versions, and what its signals are worth.
///
/// From one text to the next it keeps the watches' order and labels as long as the watchlist is the same, and what is shown of a
/// watch as long as nothing new is known of its target.
struct WatchSeries: Sendable {
    private static let notFound = LabelText([("reason", "not_found")])
    private static let refused = LabelText([("reason", "refused")])

    private let most: Int
    private var watches: [Watch] = []
    /// In the order of their keys. They are visited by index: an element that is taken out is copied.
    private var shown: [ShownWatch] = []

    /// - Parameter most: the most watches that get series of their own.
    init(most: Int) {
        self.most = most
    }

    /// Takes over whose series they are, and what is known of them.
    mutating func update(_ watches: [Watch], _ memories: TargetMemories) {
        // Mostly they share their storage, and then no watch is looked at: what is equal is taken over, too, so that they do again.
        let isSame = watches == self.watches
        self.watches = watches
        if !isSame {
            shown = watches.sorted { $0.key < $1.key }.prefix(most).map(ShownWatch.init)
        }
        for index in shown.indices { shown[index].update(memories) }
    }

    func write(to text: inout Exposition) {
        text.gauge(
            "prompter_watches_without_series", "Watches without series of their own because the limit is reached.",
            Double(watches.count - shown.count))
        writeTimes(to: &text)
        writeAvailability(to: &text)
        writeVersions(to: &text)
        writeSignals(to: &text)
    }

    private func writeTimes(to text: inout Exposition) {
        if !shown.isEmpty {
            text.begin(
                MetricFamily("prompter_watch_interval_seconds", .gauge, "Interval at which the watch is probed."))
            for index in shown.indices { text.sample(shown[index].labels, shown[index].target.interval.seconds) }
        }
        func write(_ name: String, _ help: String, _ time: (ShownWatch.Times) -> Timestamp?) {
            var isBegun = false
            for index in shown.indices {
                guard let time = time(shown[index].times) else { continue }
                if !isBegun { text.begin(MetricFamily(name, .gauge, help)) }
                isBegun = true
                text.sample(shown[index].labels, time.seconds)
            }
        }
        write("prompter_watch_last_attempt_timestamp_seconds", "When the watch was last probed.") { $0.lastAttempt }
        write("prompter_watch_last_success_timestamp_seconds", "When its version was last seen.") { $0.lastSuccess }
        write("prompter_watch_last_change_timestamp_seconds", "When a value last joined its live set.") {
            $0.lastChange
        }
        write("prompter_watch_retirement_timestamp_seconds", "When the provider says it will shut the model down.") {
            $0.retirement
        }
    }

    private func writeAvailability(to text: inout Exposition) {
        guard !shown.isEmpty else { return }
        text.begin(
            MetricFamily(
                "prompter_watch_unavailable", .gauge,
                "1 while the provider does not know the model (not_found), or refuses what used to work (refused), else 0."
            ))
        for index in shown.indices {
            text.sample(shown[index].labels, Self.notFound, shown[index].isNotFound ? 1 : 0)
            text.sample(shown[index].labels, Self.refused, shown[index].isRefused ? 1 : 0)
        }
    }

    private func writeVersions(to text: inout Exposition) {
        text.begin(MetricFamily("prompter_watch_version_info", .gauge, "Versions seen for the watch; always 1."))
        for index in shown.indices {
            for version in shown[index].versions { text.sample(shown[index].labels, version, 1) }
        }
        guard shown.contains(where: { $0.expectation != nil }) else { return }
        text.begin(
            MetricFamily(
                "prompter_watch_expectation_met", .gauge,
                "1 while the watch expects every live version, else 0."))
        for index in shown.indices {
            if let isMet = shown[index].isExpectationMet { text.sample(shown[index].labels, isMet ? 1 : 0) }
        }
    }

    private func writeSignals(to text: inout Exposition) {
        guard shown.contains(where: { !$0.signals.isEmpty }) else { return }
        text.begin(
            MetricFamily(
                "prompter_watch_signal_info", .gauge, "Confidence in each signal of the watch; always 1."))
        for index in shown.indices {
            for signal in shown[index].signals { text.sample(shown[index].labels, signal.confidence, 1) }
        }
        text.begin(MetricFamily("prompter_watch_live_values", .gauge, "Live values, by signal."))
        for index in shown.indices {
            for signal in shown[index].signals {
                text.sample(shown[index].labels, signal.name, Double(signal.liveValues))
            }
        }
    }
}
