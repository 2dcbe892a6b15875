/// Bounds how many calls begin in any minute: tokens come evenly, a few are kept, each call takes one.
///
/// It keeps the time at which the bucket would be full again rather than a number of tokens, so that nothing is rounded and
/// nothing has to be refilled (the generic cell rate algorithm, ITU-T I.371, annex A).
struct TokenBucket: Hashable, Sendable {
    let requestsPerMinute: Int
    /// How far apart tokens come.
    private let spacing: Duration
    /// How far ahead of that calls may begin: as many as are kept.
    private let tolerance: Duration
    /// When the bucket is full again; `nil` before the first call.
    private var fullAt: Uptime?

    /// - Parameter requestsPerMinute: at least 1. No half-open minute sees more calls.
    init(requestsPerMinute: Int) {
        self.requestsPerMinute = requestsPerMinute
        // Half a second's worth, since timers come no nearer than some milliseconds. What is kept is taken off what comes, and
        // the nanosecond makes up for the division, which rounds down.
        let kept = max(1, requestsPerMinute / 120)
        spacing = .seconds(60) / (requestsPerMinute - kept + 1) + .nanoseconds(1)
        tolerance = spacing * (kept - 1)
    }

    /// When the next call may begin; it may be in the past.
    var next: Uptime { fullAt.map { $0 - tolerance } ?? .start }

    /// Takes a token at `uptime`.
    ///
    /// - Returns: whether there was one.
    mutating func take(at uptime: Uptime) -> Bool {
        guard next <= uptime else { return false }
        fullAt = max(fullAt ?? uptime, uptime) + spacing
        return true
    }

    /// Takes a token that may be yet to come, for a call that belongs to one that was begun: the next one waits for it.
    mutating func charge(at uptime: Uptime) {
        fullAt = max(fullAt ?? uptime, uptime) + spacing
    }

    /// Puts a token back that was taken for a call that was not made.
    mutating func putBack() {
        fullAt = fullAt.map { $0 - spacing }
    }

    /// A bucket of another size that has given out what this one has.
    func resized(requestsPerMinute: Int) -> TokenBucket {
        var bucket = TokenBucket(requestsPerMinute: requestsPerMinute)
        bucket.fullAt = fullAt
        return bucket
    }
}
