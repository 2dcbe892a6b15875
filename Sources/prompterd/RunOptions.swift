import ArgumentParser
import Foundation
import Glibc
import LinuxHost
import PrompterAPI
import PrompterCore
import PrompterDaemon

/// The settings of `run`, which `doctor` takes too: option over environment over default.
struct RunOptions: ParsableArguments {
    @OptionGroup var common: SettingsOptions

    @Option(
        help: ArgumentHelp(
            "The textfile for node_exporter [PROMPTERD_TEXTFILE; prompterd.prom beside the database].",
            valueName: "file"))
    var textfile: String?

    @Option(
        help: ArgumentHelp(
            "Where to serve the API: \(ListenAddress.expectation) [PROMPTERD_LISTEN; nowhere].", valueName: "address"))
    var listen: String?

    @Option(
        help: ArgumentHelp(
            "How many probes may be in flight [PROMPTERD_WORKERS; the sum of the providers' concurrency].",
            valueName: "n"))
    var workers: Int?

    @Option(
        help: ArgumentHelp(
            "How many watches get metrics of their own [PROMPTERD_WATCH_SERIES; 10000].", valueName: "n"))
    var watchSeries: Int?

    @Option(
        help: ArgumentHelp(
            "How long to keep single observations before they become daily tallies; versions and events are kept forever [PROMPTERD_RETENTION; 90d].",
            valueName: "duration"))
    var retention: String?

    /// - Throws: the exit status, or what is wrong with an option.
    func settings() throws -> Settings {
        var settings = try common.settings()
        settings.textfile = textfile ?? settings.textfile
        try Self.refuseToReplace(settings)
        settings.listen = try address()
        settings.workers = try Self.number(workers, "workers", "PROMPTERD_WORKERS", in: 1...10_000)
        settings.mostWatchSeries =
            try Self.number(watchSeries, "watch-series", "PROMPTERD_WATCH_SERIES", in: 0...1_000_000)
            ?? settings.mostWatchSeries
        settings.retention = try Self.duration(retention, "PROMPTERD_RETENTION") ?? settings.retention
        return settings
    }

    /// The metrics take the place of what stands at their path.
    private static func refuseToReplace(_ settings: Settings) throws {
        guard let textfile = settings.textfile else { return }
        let beside = ["", "-wal", "-shm", ".lock", ".watchlist.json"].map { settings.database + $0 }
        guard (beside + [settings.watchlist]).contains(where: { isSameFile($0, textfile) }) else { return }
        Console.complain(
            "the textfile \(SafeText(textfile, limit: 4096)) would replace the watchlist or a file of the database; give --textfile (PROMPTERD_TEXTFILE) a path of its own"
        )
        throw ExitStatus.unusable
    }

    private static func isSameFile(_ one: String, _ other: String) -> Bool {
        func standard(_ path: String) -> String { URL(fileURLWithPath: path).standardizedFileURL.path }
        var (first, second) = (stat(), stat())
        return standard(one) == standard(other)
            || stat(one, &first) == 0 && stat(other, &second) == 0 && first.st_ino == second.st_ino
                && first.st_dev == second.st_dev
    }

    private func address() throws -> ListenAddress? {
        guard let listen else {
            return try SettingsOptions.value(
                "PROMPTERD_LISTEN", expected: ListenAddress.expectation, ListenAddress.init)
        }
        guard let address = ListenAddress(listen) else {
            throw ValidationError("--listen should be \(ListenAddress.expectation), not \(SafeText(listen))")
        }
        return address
    }

    private static func duration(_ given: String?, _ variable: String) throws -> Duration? {
        func duration(_ text: String) -> Duration? {
            DurationText.parse(text).flatMap { $0 >= .seconds(86_400) ? $0 : nil }
        }
        let expected = "\(DurationText.expectation) and at least 1d"
        guard let given else { return try SettingsOptions.value(variable, expected: expected, duration) }
        guard let duration = duration(given) else {
            throw ValidationError("--retention should be \(expected), not \(SafeText(given))")
        }
        return duration
    }

    private static func number(
        _ given: Int?, _ option: String, _ variable: String, in range: ClosedRange<Int>
    ) throws -> Int? {
        let expected = "a number from \(range.lowerBound) to \(range.upperBound)"
        guard let given else {
            return try SettingsOptions.value(variable, expected: expected) {
                Int($0).flatMap { range.contains($0) ? $0 : nil }
            }
        }
        guard range.contains(given) else {
            throw ValidationError("--\(option) should be \(expected), not \(given)")
        }
        return given
    }
}
