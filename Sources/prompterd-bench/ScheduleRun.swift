import Glibc
import LinuxHost
import PrompterCore
import PrompterDaemon

/// A schedule that is followed for a while after its warm-up.
struct ScheduleRun {
    /// What was seen of it.
    struct Result {
        /// When probes began, from the first on.
        var starts: [ProbeStart]
        /// The stretch of time that was measured, by the same clock.
        var begin: Double
        var end: Double
        /// The time in which another list was put in force, and each of its targets probed.
        var reload: Range<Double>?
        /// What was used meanwhile, by the process that probed.
        var cpuSeconds: Double
        var voluntarySwitches: Int
        /// From its start on.
        var peakMemoryBytes: Int
    }

    let targets: Int
    let interval: Double
    let seconds: Double
    let delay: Int
    let workers: Int

    /// Until every target was probed at least once, and comes again.
    private var warmUp: Duration { .seconds(min(interval, Timetable.longestSpread.seconds) + interval) }

    /// Probes stubs within this process.
    func stubs(in folder: String) async throws -> Result {
        let list = BenchWatchlist.make(targets: targets, interval: .seconds(interval), concurrency: workers)
        let timer = WallTimer()
        let log = StartLog(pause: .milliseconds(delay), targets: list.targets.map(\.id))
        let engine = try await Engine(
            list, workers: workers, prober: log, spread: Timetable.longestSpread, in: folder, arm: { timer.arm(at: $0) }
        )
        let ticking = Task {
            for await _ in timer.ticks {
                await engine.runner.tick()
                _ = await engine.runner.snapshot(isForced: false)
            }
        }
        try await Task.sleep(for: warmUp)
        let (before, begin) = (Resources.now, Moment.now.uptime.sinceStart.seconds)
        try await Task.sleep(for: .seconds(seconds))
        let (after, end) = (Resources.now, Moment.now.uptime.sinceStart.seconds)
        await engine.runner.stop(within: .seconds(5))
        ticking.cancel()
        await engine.finish()
        await engine.close()
        return Result(
            starts: log.starts, begin: begin, end: end, cpuSeconds: after.cpuSeconds - before.cpuSeconds,
            voluntarySwitches: after.voluntarySwitches - before.voluntarySwitches,
            peakMemoryBytes: after.peakMemoryBytes)
    }

    /// Has a daemon call a provider over HTTP.
    ///
    /// - Parameter reload: whether another list follows.
    func daemon(_ program: String, reload: Bool, references: String, in folder: String) throws -> Result {
        let provider = try FakeProvider(references: references, delay: delay, in: folder)
        let watchlist = try BenchWatchlist.write(
            targets: targets, interval: Int(interval), concurrency: workers, .http(port: provider.port), in: folder)
        var process = try DaemonProcess(
            program, watchlist: watchlist, in: folder, environment: ["OPENAI_API_KEY": "bench"])
        try process.waitUntilReady()
        usleep(UInt32(warmUp.seconds * 1e6))
        let (before, begin) = (try process.status, Self.providerTime)
        usleep(UInt32(seconds * 1e6))
        let (after, end) = (try process.status, Self.providerTime)
        if reload {
            try BenchWatchlist.write(
                targets: targets, from: targets, interval: Int(interval), concurrency: workers,
                .http(port: provider.port), in: folder)
            usleep(UInt32(warmUp.seconds * 1e6))
        }
        let reloaded = reload ? end..<Self.providerTime : nil
        let starts = try provider.arrivals()
        try process.stop()
        return Result(
            starts: starts, begin: begin, end: end, reload: reloaded, cpuSeconds: after.cpuSeconds - before.cpuSeconds,
            voluntarySwitches: after.voluntarySwitches - before.voluntarySwitches,
            peakMemoryBytes: after.peakMemoryBytes)
    }

    /// By the clock of the provider's log.
    private static var providerTime: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
