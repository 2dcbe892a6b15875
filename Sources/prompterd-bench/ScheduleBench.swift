import ArgumentParser
import PrompterCore

/// `prompterd-bench schedule`: whether targets are probed when they are due, and what that costs.
struct ScheduleBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedule",
        abstract: "How punctually N targets are probed: lateness, bursts, CPU, memory.",
        discussion: """
            Stubs are probed within this process; with --http, a daemon of its own, which writes its textfile, calls a provider that \
            is a process of its own and logs what arrives.
            """)

    @Option(help: "How many targets.") var targets = 5000
    @Option(help: "How often each is due, in seconds; whole ones with --http.") var interval = 10.0
    @Option(help: "For how long it is measured, after one interval of warm-up, in seconds.") var seconds = 30.0
    @Option(help: "How long a probe takes, in milliseconds.") var delay = 50
    @Option(help: "How many probes may be in flight.") var workers = 256
    @Flag(help: "Call a provider over HTTP.") var http = false
    @Flag(help: "With --http: put another list of as many targets in force at the end, and count its bursts.")
    var reload = false
    @OptionGroup var references: ReferenceOptions
    @OptionGroup var daemon: DaemonOptions

    func validate() throws {
        guard !http || interval == interval.rounded() else {
            throw ValidationError("--interval should be in whole seconds with --http")
        }
        guard http || !reload else { throw ValidationError("--reload needs --http") }
    }

    func run() async throws {
        let folder = try BenchFolder(in: daemon.folder)
        let schedule = ScheduleRun(
            targets: targets, interval: interval, seconds: seconds, delay: delay, workers: workers)
        let result =
            try http
            ? schedule.daemon(daemon.program, reload: reload, references: references.folder, in: folder.path)
            : await schedule.stubs(in: folder.path)
        print(figures(result).text(daemon.format))
    }

    private func figures(_ result: ScheduleRun.Result) -> Figures {
        let elapsed = result.end - result.begin
        let probes = Double(result.starts.count { (result.begin..<result.end).contains($0.seconds) })
        var figures = Figures()
        figures.add("targets", Double(targets))
        figures.add("interval_seconds", interval)
        let punctuality = Punctuality(
            result.starts, targets: targets, interval: interval, spread: Timetable.longestSpread.seconds)
        punctuality.add(to: &figures, from: result.begin, to: result.end)
        if let reload = result.reload {
            figures.add(
                "burst_share_after_reload", punctuality.burstShare(from: reload.lowerBound, to: reload.upperBound))
        }
        figures.add("cpu_cores", result.cpuSeconds / elapsed)
        figures.add("cpu_seconds_per_probe", result.cpuSeconds / probes)
        figures.add("voluntary_switches_per_probe", Double(result.voluntarySwitches) / probes)
        figures.add("peak_memory_bytes", Double(result.peakMemoryBytes))
        return figures
    }
}
