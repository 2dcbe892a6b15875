/// A point on the clock that counts from the machine's start, suspension included (CLOCK_BOOTTIME of clock_gettime(2)). It never
/// goes back and is never set, so that holds, deadlines and rates are measured by it.
public struct Uptime: InstantProtocol {
    /// The machine's start.
    public static let start = Uptime(sinceStart: .zero)

    public var sinceStart: Duration

    public init(sinceStart: Duration) {
        self.sinceStart = sinceStart
    }

    public func advanced(by duration: Duration) -> Uptime { Uptime(sinceStart: sinceStart + duration) }

    public func duration(to other: Uptime) -> Duration { other.sinceStart - sinceStart }

    public static func < (left: Uptime, right: Uptime) -> Bool { left.sinceStart < right.sinceStart }

    public static func + (time: Uptime, duration: Duration) -> Uptime { time.advanced(by: duration) }
    public static func - (time: Uptime, duration: Duration) -> Uptime { time.advanced(by: .zero - duration) }
    public static func - (later: Uptime, earlier: Uptime) -> Duration { earlier.duration(to: later) }
}
