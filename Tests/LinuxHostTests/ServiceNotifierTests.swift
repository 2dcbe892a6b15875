import Dispatch
import Glibc
import OutsideParts
import PrompterCore
import Testing

@testable import LinuxHost

/// In processes of their own, since the environment is the whole process's.
@Suite(.timeLimit(.minutes(10))) struct ServiceNotifierTests {
    @Test func tellsTheServiceManager() async {
        let folder = TemporaryFolder()
        await #expect(processExitsWith: .success) { [path = folder.path(of: "notify") as String] in
            let manager = DatagramSocket(at: path)
            setenv("NOTIFY_SOCKET", path, 1)
            let notifier = ServiceNotifier()
            notifier.ready()
            #expect(manager.receive() == "READY=1")
            notifier.status("42 watches, 17 targets; next probe in 3m")
            #expect(manager.receive() == "STATUS=42 watches, 17 targets; next probe in 3m")
            notifier.watchdog()
            #expect(manager.receive() == "WATCHDOG=1")
            notifier.stopping()
            #expect(manager.receive() == "STOPPING=1")

            func monotonic() -> Int64 {
                var time = timespec()
                clock_gettime(CLOCK_MONOTONIC, &time)
                return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
            }
            let before = monotonic()
            notifier.reloading()
            let lines = manager.receive().split(separator: "\n")
            #expect(lines.count == 2)
            #expect(lines.first == "RELOADING=1")
            let time = lines.last.flatMap { Int64($0.dropFirst("MONOTONIC_USEC=".count)) }
            #expect(lines.last?.hasPrefix("MONOTONIC_USEC=") == true)
            #expect((before...monotonic()).contains(time ?? 0))
        }
    }

    @Test func aStatusIsOneLineAndNothingElse() async {
        let folder = TemporaryFolder()
        await #expect(processExitsWith: .success) { [path = folder.path(of: "notify") as String] in
            let manager = DatagramSocket(at: path)
            setenv("NOTIFY_SOCKET", path, 1)
            let notifier = ServiceNotifier()
            notifier.status("gpt\nMAINPID=1\u{1B}[31m\0")
            #expect(manager.receive() == "STATUS=gpt\\nMAINPID=1\\u{1b}[31m\\u{0}")
            notifier.status(String(repeating: "x", count: 100_000))
            #expect(manager.receive().utf8.count < 1000)
        }
    }

    @Test func isSilentWithoutAServiceManager() async {
        let folder = TemporaryFolder()
        await #expect(processExitsWith: .success) { [path = folder.path(of: "notify") as String] in
            let manager = DatagramSocket(at: path)
            let notifier = ServiceNotifier()
            unsetenv("NOTIFY_SOCKET")
            notifier.ready()
            notifier.watchdog()
            notifier.queue.sync {}
            setenv("NOTIFY_SOCKET", "\(path)-that-is-not-there", 1)
            notifier.ready()
            notifier.queue.sync {}
            #expect(manager.isEmpty)
        }
    }

    @Test func readsTheWatchdogsInterval() async {
        await #expect(processExitsWith: .success) {
            let notifier = ServiceNotifier()
            unsetenv("WATCHDOG_USEC")
            #expect(notifier.watchdogInterval == nil)
            setenv("WATCHDOG_USEC", "30000000", 1)
            #expect(notifier.watchdogInterval == .seconds(30))
            setenv("WATCHDOG_PID", "\(getpid())", 1)
            #expect(notifier.watchdogInterval == .seconds(30))
            setenv("WATCHDOG_PID", "1", 1)
            #expect(notifier.watchdogInterval == nil)
            unsetenv("WATCHDOG_PID")
            setenv("WATCHDOG_USEC", "soon", 1)
            #expect(notifier.watchdogInterval == nil)
        }
    }
}
