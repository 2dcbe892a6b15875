/// Which target a watch points to, from when until when.
public struct Binding: Hashable, Sendable {
    public var watch: Watch.Key
    /// The target's interval.
    public var interval: Duration
    public var from: Timestamp
    /// The first time at which it no longer holds; `nil` while it does.
    public var until: Timestamp?

    public init(watch: Watch.Key, interval: Duration, from: Timestamp, until: Timestamp? = nil) {
        self.watch = watch
        self.interval = interval
        self.from = from
        self.until = until
    }

    /// Whether the watch points to the target at `time`.
    public func holds(at time: Timestamp) -> Bool {
        from <= time && until.map { time < $0 } ?? true
    }

    /// Whether an event of the target is the watch's: it happened while the watch pointed there, or it became known then and
    /// had happened in the slot that the watch was bound in, which another instance had probed before
    /// (see ``Slot/isObserved(by:)``).
    ///
    /// - Parameter recordedAt: when it became known.
    public func concerns(_ event: Event, recordedAt: Timestamp) -> Bool {
        guard event.watch == nil || event.watch == watch else { return false }
        if holds(at: event.time) { return true }
        return event.time < from && event.time > from - interval * 3 / 2 && holds(at: recordedAt)
    }
}
