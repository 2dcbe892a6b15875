import ArgumentParser
import LinuxHost
import PrompterCore
import PrompterDaemon
import SQLiteVersions

/// `prompterd-bench history`: how long each question takes on a database of many observations.
struct HistoryBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "How long queries take on a generated database of many observations.")

    @Option(help: "How many observations.") var observations = 1_000_000
    @Option(help: "How many targets, each with a watch.") var targets = 1000
    @Option(help: "Where the database goes.") var folder = "."
    @Option(help: "text or json.") var format = Figures.Format.text

    private static let interval: Duration = .seconds(3600)

    func run() async throws {
        let folder = try BenchFolder(in: folder)
        let path = "\(folder.path)/bench.db"
        let list = BenchWatchlist.make(targets: targets, interval: Self.interval, concurrency: 4)
        let rounds = max(1, observations / targets)
        let end = Moment.now.wall
        let begin = end - Self.interval * rounds
        var figures = Figures()
        figures.add("observations", Double(rounds * targets))
        figures.add("targets", Double(targets))
        let store = try await SQLiteVersionStore.open(path)
        try await store.register(list, at: begin)
        let made = try await Self.seconds {
            try await generate(into: store, list, rounds: rounds, from: begin, at: end)
        }
        figures.add("record_seconds", made)
        await store.close()

        let archive = try Archive(path: path)
        let one = WatchFilter(template: "t-\(targets / 2)")
        let middle = begin + Self.interval * (rounds / 2)
        for (name, filter) in [("one", one), ("all", WatchFilter())] {
            figures.add("status_\(name)_seconds", try await Self.seconds { _ = try archive.watches(matching: filter) })
            figures.add(
                "versions_\(name)_seconds", try await Self.seconds { _ = try archive.versions(matching: filter) })
            figures.add(
                "history_\(name)_seconds",
                try await Self.seconds { _ = try archive.events(in: begin..<end, matching: filter) })
            figures.add(
                "history_at_\(name)_seconds",
                try await Self.seconds { _ = try archive.served(at: middle, matching: filter) })
        }
        var bytes = 0
        let exported = try await Self.seconds { try archive.export { bytes += $0.line.utf8.count + 1 } }
        figures.add("export_seconds", exported)
        figures.add("export_bytes", Double(bytes))
        figures.add("events", Double(try archive.events(in: begin..<end, matching: WatchFilter()).count))
        figures.add("peak_memory_bytes", Double(Resources.now.peakMemoryBytes))
        print(figures.text(format))
    }

    /// Fingerprints that rotate among four, and change altogether a few times.
    private func generate(
        into store: SQLiteVersionStore, _ list: Watchlist, rounds: Int, from begin: Timestamp, at end: Timestamp
    ) async throws {
        for round in 0..<rounds {
            let findings = list.targets.enumerated().compactMap { index, target -> Finding? in
                let time = begin + Self.interval * round + target.id.phase(in: Self.interval)
                let era = round * 5 / rounds
                let version = VersionIdentity(
                    resolvedModel: "\(target.model)-2025-01-0\(1 + era / 2)",
                    fingerprint: "fp_\(era)_\((round &* 2_654_435_761 &+ index) >> 7 & 3)")
                guard let version else { return nil }
                return .observation(
                    Observation(
                        id: UInt64(round * targets + index + 1), target: target.id, slot: target.slot(at: time).number,
                        time: time, version: version, usage: Usage(inputTokens: 8, outputTokens: 1),
                        latency: .milliseconds(400)), imported: false)
            }
            _ = try await store.record(findings, at: end)
        }
    }

    private static func seconds(_ body: () async throws -> Void) async rethrows -> Double {
        let start = Moment.now.uptime
        try await body()
        return (Moment.now.uptime - start).seconds
    }
}
