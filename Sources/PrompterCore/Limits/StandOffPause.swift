extension StandOff {
    /// How long until a refused credential is tried again: two requests an hour.
    private static let authPause: Duration = .seconds(1800)
    /// How long until a model that there was not is asked for again.
    private static let notFoundPause: Duration = .seconds(86_400)
    private static let shortestQuotaPause: Duration = .seconds(3600)
    private static let longestQuotaPause: Duration = .seconds(86_400)
    /// How long a target is left alone that met "too many requests" and was not told for how long.
    private static let shortestRatePause: Duration = .seconds(15)
    /// How long a provider is left alone that gives no answer.
    static let shortestOutagePause: Duration = .seconds(30)
    static let longestPause: Duration = .seconds(600)

    /// How long its next trial waits.
    ///
    /// - Parameters:
    ///   - retryAfter: how long the provider asked to be left alone.
    ///   - interval: how often the target that failed is probed. A target that fails is tried again in its next slot, and one
    ///     that is refused has its five slots before it rests for long.
    func pause(retryAfter: Duration?, interval: Duration) -> Duration {
        let asked = retryAfter.map { min($0, SlotState.longestHold) }
        switch cause {
        case .notFound: return Self.notFoundPause
        case .auth where ground == .target:
            let isNews = repetitions < Trouble.mostRefusedSlots
            return max(asked ?? .zero, isNews ? min(interval / 2, Self.authPause) : Self.authPause)
        // It may be two targets alone: one that is well decides soon.
        case .auth where ground == .alike: return doubled(Self.shortestOutagePause, most: Self.authPause)
        case .auth: return Self.authPause
        case .quota:
            return max(asked ?? .zero, doubled(Self.shortestQuotaPause, most: Self.longestQuotaPause))
        case .rateLimited:
            let pause = doubled(Self.shortestRatePause, most: Self.longestPause)
            guard let asked else { return pause }
            // Whatever one target was told, the others are not silent for hours: one of them tries. "At once" is not believed
            // time and again.
            let wait =
                switch ground {
                case .target: asked
                case .account: min(asked, Self.longestPause)
                case .alike: min(asked, pause)
                }
            return max(wait, doubled(.seconds(1), most: Self.longestPause))
        default:
            guard ground == .target else {
                return min(doubled(Self.shortestOutagePause, most: Self.longestPause), interval)
            }
            return max(asked ?? .zero, min(SlotState.pause(afterAttempt: repetitions), interval / 2))
        }
    }

    private func doubled(_ pause: Duration, most: Duration) -> Duration {
        min(pause * (1 << min(repetitions - 1, 16)), most)
    }
}
