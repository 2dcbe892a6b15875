import ArgumentParser
import LinuxHost
import PrompterCore
import PrompterDaemon

/// `prompterd-bench textfile`: what it costs to write many series, and whether the schedule waits meanwhile.
struct TextfileBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "textfile",
        abstract: "How long the textfile of many watches takes, and how long the scheduler pauses meanwhile.")

    @Option(help: "How many watches; each has 27 series.") var watches = 3700
    @Option(help: "How many times they are written.") var times = 5
    @Option(help: "How many targets are probed before a time that follows another.") var changes = 10
    @Option(help: "Where the database and the textfile go.") var folder = "."
    @Option(help: "text or json.") var format = Figures.Format.text

    func run() async throws {
        let folder = try BenchFolder(in: folder)
        let list = BenchWatchlist.make(targets: watches, interval: .seconds(3600), concurrency: 64)
        let engine = try await Engine(list, workers: 64, spread: .zero, in: folder.path)
        await engine.runner.beginRound()
        await engine.runner.finishRound()
        await engine.recorder.flush()
        let writer = TextfileWriter(runner: engine.runner, path: "\(folder.path)/bench.prom")
        let text = try await writer.write(isAsked: true)
        // A line each, but for the two that begin a family.
        let series = Double(text.split(separator: UInt8(ascii: "\n")).count { $0.first != UInt8(ascii: "#") })

        let (before, start) = (Resources.now, Moment.now.uptime)
        for _ in 0..<times { try await writer.write() }
        let seconds = (Moment.now.uptime - start).seconds / Double(times)
        let cpuSeconds = (Resources.now.cpuSeconds - before.cpuSeconds) / Double(times)

        var rewriteSeconds = 0.0
        for _ in 0..<times {
            await change(engine.runner, list)
            let start = Moment.now.uptime
            try await writer.write()
            rewriteSeconds += (Moment.now.uptime - start).seconds / Double(times)
        }
        let alone = try await Self.longestTick(engine.runner) {
            for _ in 0..<times {
                await change(engine.runner, list)
                try await Task.sleep(for: .seconds(seconds))
            }
        }
        let meanwhile = try await Self.longestTick(engine.runner) {
            for _ in 0..<times {
                await change(engine.runner, list)
                try await writer.write()
            }
        }
        await engine.finish()
        await engine.close()
        var figures = Figures()
        figures.add("watches", Double(watches))
        figures.add("series", series)
        figures.add("bytes", Double(text.count))
        figures.add("write_seconds", seconds)
        figures.add("write_cpu_seconds", cpuSeconds)
        figures.add("series_per_second", series / seconds)
        figures.add("rewrite_seconds", rewriteSeconds)
        figures.add("longest_tick_seconds_alone", alone)
        figures.add("longest_tick_seconds_meanwhile", meanwhile)
        figures.add("peak_memory_bytes", Double(Resources.now.peakMemoryBytes))
        print(figures.text(format))
    }

    /// Has a few targets probed, so that the next textfile is another.
    private func change(_ runner: Runner, _ list: Watchlist) async {
        for target in list.targets.shuffled().prefix(changes) {
            _ = await runner.ask(target, isForced: true, within: .seconds(10))
        }
    }

    /// The longest that a tick took, from the call to its end, while `work` was done: one each millisecond.
    private static func longestTick(
        _ runner: Runner, while work: () async throws -> Void
    ) async throws -> Double {
        let ticking = Task { @concurrent in
            var longest = 0.0
            while !Task.isCancelled {
                let start = Moment.now.uptime
                await runner.tick()
                longest = max(longest, (Moment.now.uptime - start).seconds)
                try? await Task.sleep(for: .milliseconds(1))
            }
            return longest
        }
        do { try await work() } catch {
            ticking.cancel()
            throw error
        }
        ticking.cancel()
        return await ticking.value
    }
}
