/// What is counted of webhooks.
public struct DeliveryCounts: Hashable, Sendable {
    /// Attempts of this instance by how they ended: the webhook has the event, it is tried again, it is not.
    public var delivered: UInt64 = 0
    public var failed: UInt64 = 0
    public var givenUp: UInt64 = 0
    /// Deliveries that are yet to be made, at the last look.
    public var pending = 0

    public init() {}
}
