import ArgumentParser
import Glibc
import PrompterCore

/// `prompterd-bench start`: how long the daemon takes to be ready, and what memory it needs.
struct StartBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start",
        abstract: "How long from the program's start until it is ready, with a new database and with its own.",
        discussion: "The watches are stubs, probed once an hour; at rest is after a few seconds.")

    @Option(help: "How many watches.") var watches = 1000
    @Option(help: "How many times it is started with a new database, and again with that.") var times = 5
    @Option(help: "How many seconds after it is ready its memory is looked at.") var rest = 3.0
    @OptionGroup var daemon: DaemonOptions

    private struct Start {
        var readySeconds: Double
        var peakBytes: Double
        var restBytes: Double
    }

    func run() throws {
        var (first, again): ([Start], [Start]) = ([], [])
        for _ in 0..<times {
            let folder = try BenchFolder(in: daemon.folder)
            let watchlist = try BenchWatchlist.write(
                targets: watches, interval: 3600, concurrency: 64, .stub, in: folder.path)
            first.append(try start(watchlist, in: folder.path))
            again.append(try start(watchlist, in: folder.path))
        }
        var figures = Figures()
        figures.add("watches", Double(watches))
        for (name, starts) in [("new", first), ("again", again)] {
            let times = starts.map(\.readySeconds).sorted()
            figures.add("ready_seconds_\(name)_min", times.first ?? 0)
            figures.add("ready_seconds_\(name)_median", Figures.percentile(0.5, of: times))
            figures.add("ready_seconds_\(name)_max", times.last ?? 0)
            figures.add("peak_memory_bytes_\(name)", starts.map(\.peakBytes).max() ?? 0)
            figures.add("rest_memory_bytes_\(name)", starts.map(\.restBytes).max() ?? 0)
        }
        print(figures.text(daemon.format))
    }

    private func start(_ watchlist: String, in folder: String) throws -> Start {
        var process = try DaemonProcess(
            daemon.program, watchlist: watchlist, in: folder, options: ["--probes", "stub"])
        let ready = try process.waitUntilReady().seconds
        usleep(UInt32(rest * 1e6))
        let status = try process.status
        try process.stop()
        return Start(
            readySeconds: ready, peakBytes: Double(status.peakMemoryBytes), restBytes: Double(status.memoryBytes))
    }
}
