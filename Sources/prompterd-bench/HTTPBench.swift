import ArgumentParser
import LinuxHost
import PrompterCore

/// `prompterd-bench http`: what one round of real calls costs, from the start of the program to its end.
struct HTTPBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "http",
        abstract: "How fast `prompterd run --once` calls a provider that is a process of its own.")

    @Option(help: "How many targets.") var targets = 20_000
    @Option(help: "How long the provider takes, in milliseconds.") var delay = 0
    @Option(help: "How many calls are made at once.") var concurrency = 32
    @OptionGroup var references: ReferenceOptions
    @OptionGroup var daemon: DaemonOptions

    func run() throws {
        let folder = try BenchFolder(in: daemon.folder)
        let provider = try FakeProvider(references: references.folder, delay: delay, in: folder.path)
        let watchlist = try BenchWatchlist.write(
            targets: targets, interval: 3600, concurrency: concurrency, .http(port: provider.port), in: folder.path)
        var process = try DaemonProcess(
            daemon.program, watchlist: watchlist, in: folder.path, options: ["--once"],
            environment: ["OPENAI_API_KEY": "bench"])
        let end = try process.waitUntilEnded()
        let elapsed = (Moment.now.uptime - process.start).seconds
        let arrivals = try provider.arrivals()
        print(figures(end.used, elapsed, arrivals).text(daemon.format))
    }

    private func figures(_ used: Resources, _ elapsed: Double, _ arrivals: [ProbeStart]) -> Figures {
        let (times, count) = (arrivals.map(\.seconds), Double(arrivals.count))
        // Until the last was answered.
        let between = (times.max() ?? 0) - (times.min() ?? 0) + Double(delay) / 1000
        var figures = Figures()
        figures.add("targets", Double(targets))
        figures.add("probes", count)
        figures.add("elapsed_seconds", elapsed)
        figures.add("start_and_end_seconds", elapsed - between)
        figures.add("probes_per_second", count / elapsed)
        figures.add("probes_per_second_between", count / between)
        figures.add("cpu_cores", used.cpuSeconds / elapsed)
        figures.add("cpu_seconds_per_probe", used.cpuSeconds / count)
        figures.add("voluntary_switches_per_probe", Double(used.voluntarySwitches) / count)
        figures.add("peak_memory_bytes", Double(used.peakMemoryBytes))
        return figures
    }
}
