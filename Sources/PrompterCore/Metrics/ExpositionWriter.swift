/// Writes the metrics of one scheduler as text, again and again: what stays from one text to the next is kept.
public struct ExpositionWriter: Sendable {
    private let labels: SeriesLabels
    private var models = ModelSeries()
    private var watches: WatchSeries
    /// How long the last text was.
    private var lastSize = 0

    /// - Parameter mostWatches: the most watches that get series of their own.
    public init(_ labels: SeriesLabels, mostWatches: Int) {
        self.labels = labels
        watches = WatchSeries(most: mostWatches)
    }

    /// The metrics as text, sorted, so that two files can be compared.
    public mutating func text(of snapshot: MetricsSnapshot, _ state: DaemonState) -> [UInt8] {
        // The next text is hardly longer; memory for twice as much would be taken otherwise.
        var text = Exposition(labels: labels.all, size: lastSize + lastSize / 64)
        models.update(snapshot.counts.models.keys)
        snapshot.write(state, to: &text)
        snapshot.counts.write(models, to: &text)
        if state.isUp { snapshot.writeLimits(to: &text) }
        state.writeStore(to: &text)
        state.writeDeliveries(to: &text)
        // A stopped daemon shows nothing of watches: nobody keeps it true.
        if state.isUp {
            watches.update(snapshot.counts.watches, snapshot.memories)
            watches.write(to: &text)
        }
        lastSize = text.bytes.count
        return text.bytes
    }
}
