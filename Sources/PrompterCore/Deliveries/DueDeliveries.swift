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
