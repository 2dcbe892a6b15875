import ArgumentParser
import Foundation
import LinuxHost
import PrompterCore
import PrompterDaemon

/// `prompterd-bench watchlist`: how long a list takes to be read and checked.
struct WatchlistBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watchlist",
        abstract: "How long `prompterd check` takes with a long list, and how long reading it takes within it.")

    @Option(help: "How many watches.") var watches = 100_000
    @Option(help: "How many times it is checked and read.") var times = 3
    @OptionGroup var daemon: DaemonOptions

    func run() throws {
        let folder = try BenchFolder(in: daemon.folder)
        let path = try BenchWatchlist.write(
            targets: watches, interval: 3600, concurrency: 64, .stub, in: folder.path)
        // The programs first: what this process holds at its peak is counted as theirs, too.
        let checks = try (0..<times).map { _ in
            try Self.timed { try ChildProcess.run([daemon.program, "check", path], environment: [:], in: folder.path) }
        }
        let readings = try (0..<times).map { _ in try Self.timed { try WatchlistFile(path).read() } }
        let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
        var figures = Figures()
        figures.add("watches", Double(watches))
        figures.add("file_bytes", Double(size))
        figures.add("check_seconds", Figures.percentile(0.5, of: checks.map(\.seconds).sorted()))
        figures.add("check_peak_memory_bytes", Double(checks.map(\.result.used.peakMemoryBytes).max() ?? 0))
        figures.add("read_seconds", Figures.percentile(0.5, of: readings.map(\.seconds).sorted()))
        print(figures.text(daemon.format))
    }

    private static func timed<Result>(_ body: () throws -> Result) rethrows -> (result: Result, seconds: Double) {
        let start = Moment.now.uptime
        let result = try body()
        return (result, (Moment.now.uptime - start).seconds)
    }
}
