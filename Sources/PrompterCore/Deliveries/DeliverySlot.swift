/// A delivery as the guard knows it, so that a fleet tells a webhook once: a slot of a target of its own.
///
/// The target's identity is the SHA-256 of the word `delivery`, the event's id and the webhook's, which are the same on every
/// instance with the same watchlist; interval and number are fixed, so each delivery has exactly one slot, and no target of a
/// watch has it, since a target's identity is a hash of other fields.
///
/// Why a fleet sends once: who sends holds the slot's lease, of which the guard gives one at a time. The lease outlasts the
/// call. After a success the sender turns it into an observation before it lets go, and the guard gives no lease of a slot
/// that is observed; the others, who are held until then, find the observation and mark the delivery as made. After a failure
/// it gives the lease back, and whoever asks next tries. So an event is sent twice only where a sender ends between the
/// success and its being published, where Redis is away, or where an instance asks for the first time, or again, after the
/// observation is gone: ``keepTime`` is several times the longest pause between two questions.
public struct DeliverySlot: Sendable {
    /// How long it is kept that a delivery was made.
    public static let keepTime: Duration = .seconds(2 * 86_400)
    /// A lease outlasts its call by this.
    static let margin: Duration = .seconds(5)

    public let slot: Slot

    public init(_ delivery: Delivery) {
        var hash = SHA256()
        hash.update(field: "delivery")
        hash.update(field: delivery.event.id)
        hash.update(field: Hexadecimal.encode(delivery.hook))
        slot = Slot(target: TargetID(hash: hash), interval: Self.keepTime, number: 0)
    }

    /// Asks whether the delivery may be made now, by a call that takes `timeout` at most.
    public func claim(id: UInt64, timeout: Duration) -> Claim {
        Claim(slot: slot, id: id, leaseTime: timeout + Self.margin, keepTime: Self.keepTime)
    }

    /// Says that the delivery of `lease` was made at `now`, or that it was not.
    public func settlement(_ lease: Lease, isDelivered: Bool, at now: Timestamp) -> Settlement {
        guard isDelivered, let mark = VersionIdentity(resolvedModel: "delivered", fingerprint: nil) else {
            return Settlement(lease, .givenBack)
        }
        return Settlement(
            lease,
            .observed(Observation(id: lease.id, target: slot.target, slot: slot.number, time: now, version: mark)))
    }
}
