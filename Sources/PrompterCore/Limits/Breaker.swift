/// A provider's circuit breaker: after so many failures in a row nobody is called for a while, then one, and again for twice
/// as long where that fails too.
struct Breaker: Hashable, Sendable {
    /// Failures in a row that open it. A slot's three attempts alone never do.
    static let mostFailures = 5
    static let shortestPause: Duration = .seconds(30)
    static let longestPause: Duration = .seconds(600)

    /// Failures in a row while it is closed.
    private(set) var failures = 0
    /// How long it was last opened for; `nil` while it is closed.
    private(set) var pause: Duration?
    /// Until when it is open, in uptime.
    private(set) var until: Duration = .zero

    /// Whether it waits for a call that shows that the provider is back, or will.
    var isBroken: Bool { pause != nil }

    func state(at uptime: Duration) -> BreakerState {
        guard isBroken else { return .closed }
        return uptime < until ? .open : .halfOpen
    }

    /// Takes the end of a call. One that began before it opened says nothing new.
    ///
    /// - Parameters:
    ///   - isOutage: whether it failed in a way that the next call would too.
    ///   - isTrial: whether it was the one call of a half-open breaker.
    mutating func take(isOutage: Bool, isTrial: Bool, at uptime: Duration) {
        if let pause {
            guard isTrial else { return }
            if isOutage { open(for: min(pause * 2, Self.longestPause), at: uptime) } else { self = Breaker() }
        } else {
            failures = isOutage ? failures + 1 : 0
            if failures >= Self.mostFailures { open(for: Self.shortestPause, at: uptime) }
        }
    }

    /// Lets one call through at once.
    mutating func recheck(at uptime: Duration) {
        until = min(until, uptime)
    }

    private mutating func open(for pause: Duration, at uptime: Duration) {
        failures = 0
        self.pause = pause
        until = uptime + pause
    }
}

extension FailureClass {
    /// Whether the provider gave no answer of its own, as any other of its targets would find too.
    var isOutage: Bool {
        switch self {
        case .timeout, .connection, .serverError, .address: true
        case .auth, .notFound, .quota, .rateLimited, .invalidRequest, .malformed, .noVersion: false
        }
    }
}
