/// An event as people ask for it.
public struct EventReport: Hashable, Sendable {
    public var event: Event
    /// When it became known here.
    public var recordedAt: Timestamp
    /// Of its target.
    public var provider: String
    /// As its target asks for it.
    public var model: String
    /// Whether a late observation showed that it does not hold.
    public var isCorrected: Bool
    /// Those that it is about and that were asked for, in the order of their keys.
    public var watches: [Watch.Key]

    public init(
        event: Event, recordedAt: Timestamp, provider: String, model: String, isCorrected: Bool = false,
        watches: [Watch.Key] = []
    ) {
        self.event = event
        self.recordedAt = recordedAt
        self.provider = provider
        self.model = model
        self.isCorrected = isCorrected
        self.watches = watches
    }
}
