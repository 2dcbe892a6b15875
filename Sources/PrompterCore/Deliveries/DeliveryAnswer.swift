/// What a webhook's answer to one attempt means.
public enum DeliveryAnswer: Hashable, Sendable {
    case delivered
    /// Another attempt may succeed: not before `retryAfter`, where the receiver says so.
    case failed(retryAfter: Duration?)
    /// No other attempt can.
    case refused

    /// How long a delivery waits after each failed attempt; after one more it is given up.
    public static let pauses: [Duration] = [
        .seconds(5), .seconds(30), .seconds(120), .seconds(600), .seconds(3600), .seconds(6 * 3600),
    ]
    /// The longest that a receiver's `Retry-After` is taken for, and the shortest.
    static let holds: ClosedRange<Duration> = .seconds(1) ... .seconds(3600)

    /// A success is any 2xx (RFC 9110, section 15.3). Of the client's errors only 408 and 429 pass by themselves
    /// (section 15.5.9; RFC 6585, section 4); a redirect is not followed, so it may as well.
    public init(_ response: HTTPResponse) {
        switch response.status {
        case 200..<300: self = .delivered
        case 429, 503:
            let hold = RetryAfter.read(response, status: response.status, nil)
            self = .failed(retryAfter: hold.map { min(max($0, Self.holds.lowerBound), Self.holds.upperBound) })
        case 408: self = .failed(retryAfter: nil)
        case 400..<500: self = .refused
        default: self = .failed(retryAfter: nil)
        }
    }

    /// How the attempt ends that got this answer at `now`.
    ///
    /// - Parameter attempts: how many failed before it.
    public func ending(attempts: Int, at now: Timestamp) -> DeliveryEnding {
        switch self {
        case .delivered: .delivered
        case .failed(let retryAfter) where attempts < Self.pauses.count:
            .failed(until: now + (retryAfter ?? Self.pauses[max(0, attempts)]))
        case .failed, .refused: .givenUp
        }
    }
}

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
