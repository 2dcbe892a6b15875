import ArgumentParser
import LinuxHost
import PrompterCore
import PrompterDaemon
import RedisGuarding

/// `prompterd-bench pipeline`: probes from end to end as fast as they go: timetable, limits, guard, stub, SQLite at synchronous
/// FULL, counts.
struct PipelineBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pipeline",
        abstract: "How many stub probes a second pass through guard and database, and how long each takes.")

    @Option(help: "How many targets.") var targets = 1000
    @Option(help: "For how long, in seconds.") var seconds = 5.0
    @Option(help: "How many probes may be in flight.") var workers = 64
    @Option(help: "Guard with this Redis, e.g. redis://127.0.0.1:6379.") var redis: String?
    @Option(help: "Where the database goes.") var folder = "."
    @Option(help: "text or json.") var format = Figures.Format.text

    /// Rounds are begun only while fewer findings than this wait for the disk.
    private static let mostPending = 4000

    func run() async throws {
        let folder = try BenchFolder(in: folder)
        let interval: Duration = .seconds(3600)
        let list = BenchWatchlist.make(targets: targets, interval: interval, concurrency: workers)
        // The wall clock moves on by one interval a round, so that every target is due; uptime is real.
        let wall = Locked(Moment.now.wall)
        let clock: @Sendable () -> Moment = { Moment(wall: wall.withLock { $0 }, uptime: Moment.now.uptime) }
        let redisGuard = try redis.map {
            RedisGuard(url: try RedisURL($0), prefix: "bench-\(UInt64.random(in: 0 ... .max)):", clock: clock)
        }
        let (commits, committed) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let latencies = Locked<[Double]>([])
        let engine = try await Engine(
            list, workers: workers, probeGuard: redisGuard ?? LocalGuard(), spread: .zero, in: folder.path,
            clock: clock,
            committed: { commit in
                let now = Moment.now.uptime
                let seconds = commit.findings.compactMap { $0.entry.asked.map { (now - $0).seconds } }
                latencies.withLock { $0 += seconds }
                committed.yield()
            })
        let before = Resources.now
        let start = Moment.now.uptime
        var arrivals = commits.makeAsyncIterator()
        repeat {
            while engine.recorder.report.pending > Self.mostPending { await arrivals.next() }
            await engine.runner.beginRound()
            await engine.runner.finishRound()
            wall.withLock { $0 = $0 + interval }
        } while Moment.now.uptime - start < .seconds(seconds)
        await engine.finish()
        let elapsed = (Moment.now.uptime - start).seconds
        await redisGuard?.shutdown()
        await engine.close()
        print(figures(latencies.withLock { $0.sorted() }, elapsed, before).text(format))
    }

    private func figures(_ latencies: [Double], _ elapsed: Double, _ before: Resources) -> Figures {
        let used = Resources.now
        var figures = Figures()
        figures.add("targets", Double(targets))
        figures.add("workers", Double(workers))
        figures.add("probes", Double(latencies.count))
        figures.add("elapsed_seconds", elapsed)
        figures.add("probes_per_second", Double(latencies.count) / elapsed)
        figures.add("p50_seconds", Figures.percentile(0.5, of: latencies))
        figures.add("p99_seconds", Figures.percentile(0.99, of: latencies))
        figures.add("cpu_cores", (used.cpuSeconds - before.cpuSeconds) / elapsed)
        figures.add(
            "voluntary_switches_per_probe",
            Double(used.voluntarySwitches - before.voluntarySwitches) / Double(latencies.count))
        figures.add("peak_memory_bytes", Double(used.peakMemoryBytes))
        return figures
    }
}
