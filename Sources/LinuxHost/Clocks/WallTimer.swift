import Dispatch
import Glibc
public import PrompterCore

/// The daemon's one timer, armed by wall deadline and handed to Swift concurrency as a sequence of ticks.
///
/// A tick says "look at the clock", no more: one that was on its way when the timer was armed anew is still delivered.
/// Ticks fall on a grid of 10 ms of the wall clock: what is due between two of its lines goes together, always with the same others,
/// so that a dense schedule wakes the daemon 100 times a second and no interval is the longer for it.
/// Where the clock is set forward over the deadline, the timer fires at once; where it is set back, it waits for the
/// deadline as it was (libdispatch arms its timers without TFD_TIMER_CANCEL_ON_SET, timerfd_create(2)), so whoever
/// holds it arms it again with each ``Pulse``.
public final class WallTimer: Sendable {
    /// When the timer fired. For one reader; a tick that nobody has taken yet gives way to the next. Ends with
    /// ``cancel()``.
    public let ticks: AsyncStream<Moment>

    // Proof: never set again, and Dispatch's functions on a source may be called from any thread
    // (dispatch_source_create(3)).
    nonisolated(unsafe) private let source: any DispatchSourceTimer
    private let continuation: AsyncStream<Moment>.Continuation
    /// What the timer waits for, and since when; `nil` where it waits for nothing.
    private let arming = Arming()

    private final class Arming: Sendable {
        struct Armed: Sendable {
            /// In milliseconds since 1970.
            var deadline: Int64
            var since: Uptime
        }

        let state = Locked<Armed?>(nil)
    }

    /// The lines' distance, in milliseconds.
    private static let grid: Int64 = 10
    /// How long an armed timer is taken to be right: the clock may have been set since.
    private static let trust: Duration = .seconds(1)

    /// A timer that is not armed.
    public init() {
        (ticks, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        source = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "prompterd.wall-timer"))
        source.schedule(wallDeadline: .distantFuture)
        source.setEventHandler { @Sendable [continuation, arming] in
            // First, so that whoever takes the tick arms it anew.
            arming.state.withLock { $0 = nil }
            continuation.yield(.now)
        }
        // Releasing an inactive source traps (dispatch_source_create(3)), so it is active for as long as it lives.
        source.activate()
    }

    deinit {
        cancel()
    }

    /// Fires once at the first line of the grid after `deadline`, or now where that is past; the deadline before it is forgotten.
    ///
    /// - Parameter deadline: `nil` disarms the timer.
    public func arm(at deadline: Timestamp?) {
        guard let deadline else {
            arming.state.withLock { armed in
                if armed != nil { source.schedule(wallDeadline: .distantFuture) }
                armed = nil
            }
            return
        }
        // libdispatch counts nanoseconds in 64 bits and takes zero for "never", so a time outside 1970 to 2262 is
        // moved inside.
        let milliseconds =
            (min(max(deadline.milliseconds, 1), 9_000_000_000_000) + Self.grid - 1) / Self.grid * Self.grid
        let now = Moment.now.uptime
        arming.state.withLock { armed in
            // Each arming wakes libdispatch's own thread.
            if let armed, armed.deadline == milliseconds, now - armed.since < Self.trust { return }
            armed = Arming.Armed(deadline: milliseconds, since: now)
            schedule(milliseconds)
        }
    }

    private func schedule(_ milliseconds: Int64) {
        let time = timespec(
            tv_sec: Int(milliseconds / 1000), tv_nsec: Int(milliseconds % 1000) * 1_000_000)
        source.schedule(wallDeadline: DispatchWallTime(timespec: time), leeway: .milliseconds(1))
    }

    /// Ends the timer and its sequence.
    public func cancel() {
        source.cancel()
        continuation.finish()
    }
}
