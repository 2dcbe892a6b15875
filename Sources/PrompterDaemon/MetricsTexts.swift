import PrompterCore

/// Prepares the daemon's metrics for the textfile and the API, one text after the other. Nobody else waits meanwhile.
actor MetricsTexts {
    private var writer: ExpositionWriter

    init(_ settings: Settings) {
        writer = ExpositionWriter(
            SeriesLabels(service: settings.service, environment: settings.environmentName),
            mostWatches: settings.mostWatchSeries)
    }

    func text(of snapshot: MetricsSnapshot, _ state: DaemonState) -> MetricsText {
        writer.text(of: snapshot, state)
    }
}
