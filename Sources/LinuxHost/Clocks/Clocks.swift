import Glibc
public import PrompterCore

extension Moment {
    /// Both clocks as they stand: CLOCK_REALTIME to the millisecond, and CLOCK_BOOTTIME (clock_gettime(2)).
    public static var now: Moment {
        let wall = reading(of: CLOCK_REALTIME)
        let uptime = reading(of: CLOCK_BOOTTIME)
        return Moment(
            wall: Timestamp(milliseconds: Int64(wall.tv_sec) * 1000 + Int64(wall.tv_nsec) / 1_000_000),
            uptime: Uptime(sinceStart: .seconds(uptime.tv_sec) + .nanoseconds(uptime.tv_nsec)))
    }

    /// clock_gettime(2) fails only for a clock that the kernel does not have; Linux has had both since 2.6.39.
    private static func reading(of clock: clockid_t) -> timespec {
        var time = timespec()
        clock_gettime(clock, &time)
        return time
    }
}
