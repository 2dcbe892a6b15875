import ArgumentParser
import Foundation
import LinuxHost
import PrompterCore
import PrompterDaemon
import SQLiteVersions

/// `prompterd-bench year`: how large the database of a generated year is, pruned as the daemon prunes it.
struct YearBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "year",
        abstract: "How large the database of a generated year is, and how long recording and pruning take.",
        discussion: """
            Each target's answers alternate between two fingerprints; once, on a day of its own, its model changes, and the \
            fingerprints with it. What is older than the retention is folded into tallies day by day.
            """)

    @Option(help: "How many targets, each with a watch, probed once an hour.") var targets = 1000
    @Option(help: "How many days.") var days = 365
    @Option(help: "For how many days observations are kept.") var retention = 90
    @Option(help: "Where the database goes.") var folder = "."
    @Option(help: "text or json.") var format = Figures.Format.text

    private static let interval: Duration = .seconds(3600)
    private static let day: Duration = .seconds(86_400)

    func run() async throws {
        let folder = try BenchFolder(in: folder)
        let path = "\(folder.path)/bench.db"
        let list = BenchWatchlist.make(targets: targets, interval: Self.interval, concurrency: 4)
        // Whole days, for the daemon prunes whole days.
        let end = Timestamp(milliseconds: Moment.now.wall.milliseconds / Self.day.milliseconds * Self.day.milliseconds)
        let begin = end - Self.day * days
        let before = Resources.now
        let store = try await SQLiteVersionStore.open(path)
        try await store.register(list, at: begin)
        var (recording, pruning) = (0.0, 0.0)
        for day in 0..<days {
            let midnight = begin + Self.day * (day + 1)
            recording += try await Self.seconds {
                for hour in 0..<24 {
                    let start = begin + Self.day * day + Self.interval * hour
                    _ = try await store.record(findings(of: list, in: start, from: begin), at: start + Self.interval)
                }
            }
            pruning += try await Self.seconds {
                var row: Int64? = 0
                while let last = row {
                    row = try await store.prune(
                        before: midnight - Self.day * retention, after: last, at: midnight)
                }
            }
        }
        var figures = Figures()
        figures.add("log_bytes", try Self.bytes(at: "\(path)-wal"))
        await store.close()
        figures.add("observations", Double(targets * days * 24))
        figures.add("record_seconds", recording)
        figures.add("prune_seconds", pruning)
        figures.add("cpu_seconds", Resources.now.cpuSeconds - before.cpuSeconds)
        try addSizes(of: path, to: &figures)
        print(figures.text(format))
    }

    /// An hour's findings, in the order of their times.
    private func findings(of list: Watchlist, in hour: Timestamp, from begin: Timestamp) -> [Finding] {
        let round = (hour - begin).milliseconds / Self.interval.milliseconds
        let findings = list.targets.enumerated().compactMap { index, target -> Observation? in
            let time = hour + target.id.phase(in: Self.interval)
            let change = Int64(days * 24 * (index + 1) / (targets + 1))
            let era = round < change ? 1 : 2
            var chance = SplitMix(state: UInt64(round) << 32 | UInt64(index))
            let version = VersionIdentity(
                resolvedModel: "\(target.model)-2025-0\(era)-01",
                fingerprint: "fp_\(Self.hexadecimal(index * 4 + era * 2 + (chance.next() % 3 == 0 ? 1 : 0)))")
            guard let version else { return nil }
            return Observation(
                id: chance.next(), target: target.id, slot: target.slot(at: time).number, time: time, version: version,
                usage: Usage(inputTokens: 8, outputTokens: 1),
                latency: .microseconds(300_000 + Int64(chance.next() % 400_000)))
        }
        return findings.sorted { $0.time < $1.time }.map { .observation($0, imported: false) }
    }

    /// As long as a provider's: ten digits.
    private static func hexadecimal(_ number: Int) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 10 - digits.count) + digits
    }

    /// What is on the disk once the log is carried over, and what of it is each table's with its indexes.
    private func addSizes(of path: String, to figures: inout Figures) throws {
        figures.add("database_bytes", try Self.bytes(at: path))
        for table in try Archive(path: path).sizes() {
            figures.add("\(table.name)_rows", Double(table.rows))
            figures.add("\(table.name)_bytes", Double(table.bytes))
        }
    }

    private static func bytes(at path: String) throws -> Double {
        Double(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0)
    }

    private static func seconds(_ body: () async throws -> Void) async rethrows -> Double {
        let start = Moment.now.uptime
        try await body()
        return (Moment.now.uptime - start).seconds
    }
}

/// The numbers that follow from a seed, the same each time (https://prng.di.unimi.it/splitmix64.c).
private struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
