/// How a delivery, or one attempt at it, ended.
public enum DeliveryEnding: Hashable, Sendable {
    /// The webhook has it, by this instance or by another.
    case delivered
    /// An attempt failed; the next is made then.
    case failed(until: Timestamp)
    /// Another instance is about it; asked again then.
    case held(until: Timestamp)
    /// It is not tried again.
    case givenUp
}
