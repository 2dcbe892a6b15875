/// One reading of both clocks. Every decision of the core takes it as an argument, so that its tests need no sleep.
public struct Moment: Hashable, Sendable {
    /// The wall clock: which slot it is, when something was observed. It may jump either way.
    public var wall: Timestamp
    /// Time since the machine started, suspension included (CLOCK_BOOTTIME of clock_gettime(2)): holds, deadlines, rates.
    /// It never goes back.
    public var uptime: Duration

    public init(wall: Timestamp, uptime: Duration) {
        self.wall = wall
        self.uptime = uptime
    }

    /// The moment `duration` later, as both clocks would show it if neither were set.
    public func advanced(by duration: Duration) -> Moment {
        Moment(wall: wall + duration, uptime: uptime + duration)
    }

    /// How long until `later`, in uptime, in whole milliseconds and not less: timers know no parts of them.
    public func wait(until later: Duration) -> Duration {
        .milliseconds((later - uptime + .nanoseconds(999_999)).milliseconds)
    }
}
