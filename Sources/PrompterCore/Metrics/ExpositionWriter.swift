/// Prepares the metrics of one scheduler to be written, again and again: what stays from one text to the next is kept.
public struct ExpositionWriter: Sendable {
    private let labels: SeriesLabels
    private var models = ModelSeries()
    private var watches: WatchSeries

    /// - Parameter mostWatches: the most watches that get series of their own.
    public init(_ labels: SeriesLabels, mostWatches: Int) {
        self.labels = labels
        watches = WatchSeries(most: mostWatches)
    }

    /// The metrics as text.
    public mutating func text(of snapshot: MetricsSnapshot, _ state: DaemonState) -> MetricsText {
        models.update(snapshot.counts.models.keys)
        // A stopped daemon shows nothing of watches: nobody keeps it true.
        if state.isUp { watches.update(snapshot.counts.watches, snapshot.memories) }
        var snapshot = snapshot
        // What the text shows of them has been taken: while a slow disk has it written, the scheduler need not copy what it changes.
        snapshot.memories = TargetMemories()
        return MetricsText(labels, snapshot, state, models, watches)
    }
}
