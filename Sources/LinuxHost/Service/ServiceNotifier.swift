import CSystemd
import Dispatch
import Glibc
import PrompterCore

/// What the daemon tells the service manager, by sd_notify(3). Without `$NOTIFY_SOCKET` it tells nobody.
///
/// Messages go out in order from a queue of their own, because the call blocks while the service manager is busy. One
/// that cannot be sent is lost: there is nobody else to tell.
public struct ServiceNotifier: Sendable {
    let queue = DispatchQueue(label: "prompterd.service-notifier")

    public init() {}

    /// How often the service manager wants to hear ``watchdog()`` at least; twice as often is advised. `nil` where it
    /// does not watch this process (sd_watchdog_enabled(3)).
    public var watchdogInterval: Duration? {
        var microseconds: UInt64 = 0
        guard sd_watchdog_enabled(0, &microseconds) > 0 else { return nil }
        return .microseconds(Int64(clamping: microseconds))
    }

    /// The daemon does its work.
    public func ready() {
        send("READY=1")
    }

    /// One line for people, shown by `systemctl status`.
    public func status(_ line: some StringProtocol) {
        send("STATUS=\(SafeText(line, limit: 512))")
    }

    /// The configuration is being read again; ``ready()`` ends it.
    public func reloading() {
        // sd_notify(3): the time by CLOCK_MONOTONIC tells the service manager which reload the next READY=1 belongs to.
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        send("RELOADING=1\nMONOTONIC_USEC=\(Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)")
    }

    /// The daemon is ending.
    public func stopping() {
        send("STOPPING=1")
    }

    /// The daemon is alive and does its work.
    public func watchdog() {
        send("WATCHDOG=1")
    }

    private func send(_ message: String) {
        queue.async { @Sendable in _ = sd_notify(0, message) }
    }
}
