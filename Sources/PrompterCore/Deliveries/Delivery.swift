/// What is yet to be told: one event to one webhook.
public struct Delivery: Hashable, Sendable {
    public var event: Event
    /// The event that ``event`` corrects; `nil` where it corrects none, or the store no longer has it.
    public var corrected: Event?
    /// Which webhook, by its ``Webhook/id``.
    public var hook: [UInt8]
    /// Attempts that failed.
    public var attempts: Int
    /// The target's, as the store knows them.
    public var provider: String
    public var model: String
    /// The watches that tell this webhook of it.
    public var watches: [Watch.Key]

    public init(
        event: Event, corrected: Event? = nil, hook: [UInt8], attempts: Int = 0, provider: String, model: String,
        watches: [Watch.Key] = []
    ) {
        self.event = event
        self.corrected = corrected
        self.hook = hook
        self.attempts = attempts
        self.provider = provider
        self.model = model
        self.watches = watches
    }

    /// The event in one line, safe to show.
    public var line: SafeText { SafeText(event.text(model: model), limit: 1024) }
}

/// What a store has to tell.
public struct DueDeliveries: Hashable, Sendable {
    /// Those that are due, at most one a webhook.
    public var due: [Delivery]
    /// When the next becomes due that is not yet; `nil` for none.
    public var next: Timestamp?
    /// How many are pending, due or not.
    public var pending: Int

    public init(due: [Delivery] = [], next: Timestamp? = nil, pending: Int = 0) {
        self.due = due
        self.next = next
        self.pending = pending
    }
}
