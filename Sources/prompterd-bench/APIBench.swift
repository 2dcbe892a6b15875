import ArgumentParser
import Foundation
import Glibc
import LinuxHost
import PrompterCore

/// `prompterd-bench api`: what callers of the API cost the schedule. The daemon is a process of its own, with stubs of 50 ms.
struct APIBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "api", abstract: "How punctual the daemon is alone, and while callers ask for known versions.")

    @Option(help: "How many targets.") var targets = 5000
    @Option(help: "How often each is due, in seconds.") var interval = 10
    @Option(help: "How many calls a second.") var calls = 1000
    @Option(help: "How many callers make them, each on a connection of its own.") var callers = 20
    @Option(help: "For how long each of the two phases is measured, in seconds.") var seconds = 60
    @OptionGroup var daemon: DaemonOptions

    func run() async throws {
        let folder = try BenchFolder(in: daemon.folder)
        let socket = "\(folder.path)/s"
        let watchlist = try BenchWatchlist.write(
            targets: targets, interval: interval, concurrency: 256, .stub, in: folder.path)
        var process = try DaemonProcess(
            daemon.program, watchlist: watchlist, in: folder.path,
            options: ["--probes", "stub", "--listen", "unix:\(socket)", "--workers", "256"],
            environment: ["PROBE_SLEEP_MS": "50"])
        try process.waitUntilReady()
        let spread = min(interval, Int(Timetable.longestSpread.seconds))
        try await Task.sleep(for: .seconds(spread + 2 * interval))
        let alone = try await phase(socket) { try await Task.sleep(for: .seconds(seconds)) }
        var latencies: [Double] = []
        let asked = try await phase(socket) { latencies = try await call(socket) }
        try process.stop()
        print(figures(alone: alone, asked: asked, latencies.sorted()).text(daemon.format))
    }

    /// How late probes started meanwhile.
    private func phase(_ socket: String, _ work: () async throws -> Void) async throws -> LatenessCounts {
        // The daemon closes a connection that is idle for long.
        func counts() throws -> LatenessCounts {
            try LatenessCounts(exposition: APICaller(socket: socket).get("/metrics"))
        }
        let before = try counts()
        try await work()
        return try counts() - before
    }

    /// The latency of each call, in seconds. Each caller makes its calls at times of its own, however long they take.
    private func call(_ socket: String) async throws -> [Double] {
        let (callers, rate, targets) = (callers, Double(calls) / Double(callers), targets)
        let count = seconds * calls / callers
        return try await withThrowingTaskGroup(of: [Double].self) { group in
            for number in 0..<callers {
                group.addTask {
                    try await withCheckedThrowingContinuation { done in
                        // Callers block: each has a thread.
                        Thread.detachNewThread {
                            done.resume(
                                with: Result {
                                    let caller = try APICaller(socket: socket)
                                    let start = Moment.now.uptime + .seconds(Double(number) / rate / Double(callers))
                                    return try (0..<count).map { call in
                                        let due = start + .seconds(Double(call) / rate)
                                        let wait = (due - Moment.now.uptime).seconds
                                        if wait > 0 { usleep(UInt32(wait * 1e6)) }
                                        try caller.ensureVersion("t-\(Int.random(in: 0..<targets))")
                                        return (Moment.now.uptime - due).seconds
                                    }
                                })
                        }
                    }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }

    private func figures(alone: LatenessCounts, asked: LatenessCounts, _ latencies: [Double]) -> Figures {
        var figures = Figures()
        figures.add("targets", Double(targets))
        figures.add("calls_per_second", Double(latencies.count) / Double(seconds))
        figures.add("p50_call_seconds", Figures.percentile(0.5, of: latencies))
        figures.add("p99_call_seconds", Figures.percentile(0.99, of: latencies))
        for (name, counts) in [("alone", alone), ("asked", asked)] {
            figures.add("probes_per_second_\(name)", counts.total / Double(seconds))
            figures.add("p50_lateness_seconds_\(name)", counts.quantile(0.5))
            figures.add("p99_lateness_seconds_\(name)", counts.quantile(0.99))
        }
        figures.add("p99_lateness_ratio", asked.quantile(0.99) / alone.quantile(0.99))
        return figures
    }
}
