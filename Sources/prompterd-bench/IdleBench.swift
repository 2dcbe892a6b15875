import ArgumentParser
import Glibc
import PrompterCore

/// `prompterd-bench idle`: what the daemon uses while hardly anything is due.
struct IdleBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "idle",
        abstract: "What the daemon uses while nearly nothing is due: CPU, wake-ups, memory for each watch.",
        discussion: "The watches are stubs, probed once an hour. An empty list says what the daemon needs without any.")

    @Option(help: "How many watches.") var watches = 1000
    @Option(help: "How long it may rest first, in seconds; the first probes are spread over a minute.")
    var settle = 65.0
    @Option(help: "For how long it is measured, in seconds.") var seconds = 60.0
    @OptionGroup var daemon: DaemonOptions

    private struct Rest {
        var cpuSeconds: Double
        var switches: Double
        var bytes: Double
    }

    func run() throws {
        let empty = try rest(watches: 0, settle: 1, seconds: 1)
        let full = try rest(watches: watches, settle: settle, seconds: seconds)
        var figures = Figures()
        figures.add("watches", Double(watches))
        figures.add("cpu_cores", full.cpuSeconds / seconds)
        figures.add("cpu_seconds_per_day", full.cpuSeconds / seconds * 86_400)
        figures.add("wakeups_per_second", full.switches / seconds)
        figures.add("rest_memory_bytes", full.bytes)
        figures.add("rest_memory_bytes_empty", empty.bytes)
        figures.add("rest_memory_bytes_per_watch", (full.bytes - empty.bytes) / Double(watches))
        print(figures.text(daemon.format))
    }

    private func rest(watches: Int, settle: Double, seconds: Double) throws -> Rest {
        let folder = try BenchFolder(in: daemon.folder)
        let watchlist = try BenchWatchlist.write(
            targets: watches, interval: 3600, concurrency: 64, .stub, in: folder.path)
        var process = try DaemonProcess(
            daemon.program, watchlist: watchlist, in: folder.path, options: ["--probes", "stub"])
        try process.waitUntilReady()
        usleep(UInt32(settle * 1e6))
        let before = try process.status
        usleep(UInt32(seconds * 1e6))
        let after = try process.status
        try process.stop()
        return Rest(
            cpuSeconds: after.cpuSeconds - before.cpuSeconds,
            switches: Double(after.voluntarySwitches - before.voluntarySwitches), bytes: Double(after.memoryBytes))
    }
}
