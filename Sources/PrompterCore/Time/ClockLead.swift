/// How far the wall clock leads uptime, which changes only where the wall clock is set.
public struct ClockLead: Hashable, Sendable {
    /// The most that was seen since the clock was last looked after.
    private var most: Duration?

    public init() {}

    /// Takes in what both clocks show.
    public mutating func see(_ now: Moment) {
        most = max(most ?? Self.lead(at: now), Self.lead(at: now))
    }

    /// By how much the wall clock was set back since this was last asked; nought where it was not.
    public mutating func takeSetBack(at now: Moment) -> Duration {
        see(now)
        let setBack = (most ?? .zero) - Self.lead(at: now)
        most = Self.lead(at: now)
        return setBack
    }

    private static func lead(at now: Moment) -> Duration { .milliseconds(now.wall.milliseconds) - now.uptime }
}
