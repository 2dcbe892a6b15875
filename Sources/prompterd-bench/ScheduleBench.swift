import ArgumentParser
import LinuxHost
import PrompterCore
import PrompterDaemon
import SQLiteVersions

/// `prompterd-bench schedule`: whether targets are probed when they are due, and what that costs.
struct ScheduleBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedule",
        abstract: "How punctually N targets are probed: lateness, bursts, CPU, memory.")

    @Option(help: "How many targets.") var targets = 5000
    @Option(help: "How often each is due, in seconds.") var interval = 10.0
    @Option(help: "For how long it is measured, after one interval of warm-up, in seconds.") var seconds = 30.0
    @Option(help: "How long a stub takes, in milliseconds.") var delay = 50
    @Option(help: "How many probes may be in flight.") var workers = 256
    @Option(help: "Where the database goes.") var folder = "."
    @Option(help: "text or json.") var format = Figures.Format.text

    func run() async throws {
        let folder = try BenchFolder(in: folder)
        let list = BenchWatchlist.make(targets: targets, interval: .seconds(interval), concurrency: workers)
        let store = try SQLiteVersionStore(path: "\(folder.path)/bench.db")
        try await store.register(list, at: Moment.now.wall)
        let recorder = Recorder(store: store, clock: { Moment.now })
        let timer = WallTimer()
        let log = StartLog(pause: .milliseconds(delay))
        let runner = Runner(
            Runner.Parts(
                probeGuard: LocalGuard(), recorder: recorder, clock: { Moment.now },
                log: .silent, arm: { timer.arm(at: $0) }),
            probers: Probers(stub: log, live: log))
        await runner.replace(
            with: ScheduledWatchlist(list, workers: workers), probers: Probers(stub: log, live: log))
        let running = Task { await recorder.run() }
        let counting = Task { for await outcome in recorder.outcomes { await runner.recorded(outcome) } }
        let ticking = Task {
            for await _ in timer.ticks {
                await runner.tick()
                _ = await runner.snapshot(isForced: false)
            }
        }
        let spread = min(interval, Timetable.longestSpread.seconds)
        try await Task.sleep(for: .seconds(spread + interval))
        let (before, start) = (Resources.now, Moment.now.uptime)
        try await Task.sleep(for: .seconds(seconds))
        let (after, end) = (Resources.now, Moment.now.uptime)
        await runner.stop(within: .seconds(5))
        ticking.cancel()
        recorder.finish()
        await running.value
        await counting.value
        await store.close()
        print(figures(log.starts, from: start, to: end, before, after).text(format))
    }

    private func figures(
        _ starts: [StartLog.Start], from start: Uptime, to end: Uptime, _ before: Resources, _ after: Resources
    ) -> Figures {
        var last: [TargetID: Uptime] = [:]
        var deviations: [Double] = []
        for probe in starts {
            if let previous = last[probe.target], probe.time >= start, probe.time < end {
                deviations.append(abs((probe.time - previous).seconds - interval))
            }
            last[probe.target] = probe.time
        }
        deviations.sort()
        let measured = starts.map(\.time).filter { $0 >= start && $0 < end }.sorted()
        let elapsed = (end - start).seconds
        var figures = Figures()
        figures.add("targets", Double(targets))
        figures.add("interval_seconds", interval)
        figures.add("probes_per_second", Double(measured.count) / elapsed)
        figures.add("wanted_per_second", Double(targets) / interval)
        figures.add("p50_deviation_seconds", Figures.percentile(0.5, of: deviations))
        figures.add("p99_deviation_seconds", Figures.percentile(0.99, of: deviations))
        figures.add("max_deviation_seconds", deviations.last ?? 0)
        figures.add("most_in_100_milliseconds", Double(Self.densest(measured)))
        figures.add("cpu_cores", (after.cpuSeconds - before.cpuSeconds) / elapsed)
        figures.add("peak_memory_bytes", Double(after.peakMemoryBytes))
        return figures
    }

    /// The most starts within any 100 ms.
    private static func densest(_ times: [Uptime]) -> Int {
        var (first, most) = (0, 0)
        for (index, time) in times.enumerated() {
            while times[first] < time - .milliseconds(100) { first += 1 }
            most = max(most, index - first + 1)
        }
        return most
    }
}
