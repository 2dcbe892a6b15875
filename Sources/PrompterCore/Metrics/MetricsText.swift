/// The metrics of one moment as text, sorted, so that two texts can be compared. It is only made as it is written.
public struct MetricsText: Sendable {
    private let labels: SeriesLabels
    private let snapshot: MetricsSnapshot
    private let state: DaemonState
    private let models: ModelSeries
    private let watches: WatchSeries

    init(
        _ labels: SeriesLabels, _ snapshot: MetricsSnapshot, _ state: DaemonState, _ models: ModelSeries,
        _ watches: WatchSeries
    ) {
        self.labels = labels
        self.snapshot = snapshot
        self.state = state
        self.models = models
        self.watches = watches
    }

    /// All of it, in UTF-8.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        write { bytes += $0 }
        return bytes
    }

    /// Hands it over piece by piece, so that it is never in memory as a whole.
    public func write(_ take: ([UInt8]) -> Void) {
        withoutActuallyEscaping(take) { take in
            var text = Exposition(labels: labels.all, take: take)
            snapshot.write(state, to: &text)
            snapshot.counts.write(models, to: &text)
            if state.isUp { snapshot.writeLimits(to: &text) }
            state.writeStore(to: &text)
            state.writeDeliveries(to: &text)
            if state.isUp { watches.write(to: &text) }
            text.end()
        }
    }
}
