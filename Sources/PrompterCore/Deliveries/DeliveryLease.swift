/// How a fleet tells a webhook of an event once: who sends holds a lease.
///
/// What is leased is the SHA-256 of the word `delivery`, the event's id and the webhook's, which are the same on every instance
/// with the same watchlist; no target has it, since a target's identity is a hash of other fields. Each delivery has one turn.
///
/// Of a lease the guard gives one at a time, and it outlasts the call. After a success the sender leaves a mark before it lets
/// go, and the guard gives no lease of what is done; the others, who are held until then, find the mark and note the delivery
/// as made. After a failure it gives the lease back, and whoever asks next tries. So an event is sent twice only where a sender
/// ends between the success and its being published, where Redis is away, or where an instance asks for the first time, or
/// again, after the mark is gone: ``keepTime`` is several times the longest pause between two questions.
public enum DeliveryLease {
    /// How long it is kept that a delivery was made.
    public static let keepTime: Duration = .seconds(2 * 86_400)
    /// A lease outlasts its call by this.
    static let margin: Duration = .seconds(5)
    /// What stands for the model in a mark, which earlier versions read and write as an observation.
    private static let mark = "delivered"

    /// Asks whether `delivery` may be made now, by a call that takes `timeout` at most.
    public static func request(for delivery: Delivery, id: UInt64, timeout: Duration) -> LeaseRequest {
        LeaseRequest(
            key(of: delivery), form: form, id: id, leaseTime: timeout + margin, keepTime: keepTime)
    }

    /// Says that the delivery was made at `time`.
    public static func delivered(at time: Timestamp) -> LeaseOutcome.Ending {
        let times = LeasePayload.times
        return .succeeded(payload(milliseconds: min(max(time.milliseconds, times.lowerBound), times.upperBound)))
    }

    static func key(of delivery: Delivery) -> LeaseKey {
        var hash = SHA256()
        hash.update(field: "delivery")
        hash.update(field: delivery.event.id)
        hash.update(field: Hexadecimal.encode(delivery.hook))
        return LeaseKey(subject: Digest(hash), interval: keepTime, turn: 0)
    }

    /// No prompterd leaves a failure: a delivery that failed is free again.
    private static let form = LeaseForm(
        success: { root, _ in
            guard root["model"]?.string == mark, let time = root["time_ms"]?.integer.map(Int64.init),
                LeasePayload.times.contains(time)
            else { return nil }
            return payload(milliseconds: time)
        },
        failure: { _ in nil })

    private static func payload(milliseconds: Int64) -> LeasePayload {
        LeasePayload([
            .init("time_ms", .integer(milliseconds)), .init("latency_us", .integer(0)), .init("model", .string(mark)),
        ])
    }
}
