/// One reading of both clocks. Every decision of the core takes it as an argument, so that its tests need no sleep.
public struct Moment: Hashable, Sendable {
    /// The wall clock: which slot it is, when something was observed. It may jump either way.
    public var wall: Timestamp
    /// Holds, deadlines, rates. It never goes back.
    public var uptime: Uptime

    public init(wall: Timestamp, uptime: Uptime) {
        self.wall = wall
        self.uptime = uptime
    }

    /// The moment `duration` later, as both clocks would show it if neither were set.
    public func advanced(by duration: Duration) -> Moment {
        Moment(wall: wall + duration, uptime: uptime + duration)
    }

    /// How long until `later`, in whole milliseconds and not less: timers know no parts of them.
    public func wait(until later: Uptime) -> Duration {
        .milliseconds((later - uptime + .nanoseconds(999_999)).milliseconds)
    }
}

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

    private static func lead(at now: Moment) -> Duration {
        .milliseconds(now.wall.milliseconds) - now.uptime.sinceStart
    }
}
