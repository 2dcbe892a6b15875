/// After a failure that the next call would meet too: nobody is called until some time, and then one call decides.
public struct Suspension: Hashable, Sendable {
    /// How long until a refused credential is tried again: two requests an hour.
    static let authPause: Duration = .seconds(1800)
    /// How long until a model that there was not is asked for again.
    static let notFoundPause: Duration = .seconds(86_400)
    static let shortestQuotaPause: Duration = .seconds(3600)
    static let longestQuotaPause: Duration = .seconds(86_400)
    /// How long a provider is left alone that says "too many requests" and not for how long.
    static let shortestRatePause: Duration = .seconds(15)
    static let longestRatePause: Duration = .seconds(600)

    /// `auth`, `quota`, `rate_limited` or `not_found`.
    public let cause: FailureClass
    /// Until when nobody is called, in uptime.
    public private(set) var until: Duration
    /// How often in a row the cause was met by who may call.
    public private(set) var repetitions: Int
    /// Whether somebody asked for a call that decides and none has yet: what was just put right is not to wait because the
    /// provider was out of order for a moment.
    private var isRechecked = false

    /// - Parameter retryAfter: how long the provider asks to be left alone, where it says so.
    init(_ cause: FailureClass, retryAfter: Duration? = nil, at uptime: Duration) {
        self.cause = cause
        repetitions = 1
        until = uptime + Self.pause(cause, repetitions: 1, retryAfter: retryAfter)
    }

    /// One that stood before a restart.
    ///
    /// - Parameter rest: how long nobody was to be called yet. It is never taken for longer than a new one's pause could be.
    init(_ cause: FailureClass, repetitions: Int, rest: Duration, at uptime: Duration) {
        self.cause = cause
        self.repetitions = max(1, repetitions)
        until = uptime + min(max(rest, .zero), SlotState.longestHold)
    }

    /// Goes on: the call that was to decide met the cause again.
    mutating func `repeat`(retryAfter: Duration? = nil, at uptime: Duration) {
        repetitions += 1
        isRechecked = false
        until = uptime + Self.pause(cause, repetitions: repetitions, retryAfter: retryAfter)
    }

    /// Goes on: the call that was to decide failed otherwise, and showed nothing.
    mutating func renew(at uptime: Duration) {
        let pause = Self.pause(cause, repetitions: repetitions, retryAfter: nil)
        until = uptime + (isRechecked ? min(pause, Breaker.shortestPause) : pause)
    }

    /// Takes note of a call that began before and asks to be left alone for `time`.
    mutating func extend(for time: Duration, at uptime: Duration) {
        until = max(until, uptime + min(time, SlotState.longestHold))
    }

    /// Lets a call decide at once. A provider's own word on when to come back is kept.
    mutating func recheck(at uptime: Duration) {
        guard cause != .rateLimited else { return }
        until = min(until, uptime)
        isRechecked = true
    }

    private static func pause(_ cause: FailureClass, repetitions: Int, retryAfter: Duration?) -> Duration {
        let asked = retryAfter.map { min($0, SlotState.longestHold) }
        switch cause {
        case .quota:
            return max(asked ?? .zero, doubled(shortestQuotaPause, repetitions, most: longestQuotaPause))
        case .rateLimited:
            // A provider that says "at once" time and again is not taken at its word.
            guard let asked else { return doubled(shortestRatePause, repetitions, most: longestRatePause) }
            return max(asked, doubled(.seconds(1), repetitions, most: longestRatePause))
        case .notFound: return notFoundPause
        default: return authPause
        }
    }

    private static func doubled(_ pause: Duration, _ repetitions: Int, most: Duration) -> Duration {
        min(pause * (1 << min(repetitions - 1, 16)), most)
    }
}
