import ConformanceSuites
import Testing

@testable import PrompterCore

/// What a writer keeps from one text to the next never shows: its text is that of a writer that sees the snapshot first.
struct ExpositionWriterTests {
    private static let labels = SeriesLabels(service: "s", environment: "e")

    private func text(_ snapshot: MetricsSnapshot, _ writer: inout ExpositionWriter) -> String {
        var state = DaemonState(start: Timestamp(milliseconds: 0))
        state.version = "1"
        return String(decoding: writer.text(of: snapshot, state).bytes, as: UTF8.self)
    }

    @Test(arguments: 1...40) func whatIsKeptIsWhatIs(seed: Int) throws {
        var metrics = RandomMetrics(seed: UInt64(seed))
        var kept = ExpositionWriter(Self.labels, mostWatches: 9)
        var snapshots = [metrics.snapshot]
        for step in 0..<60 {
            for _ in 0..<Int.random(in: 1...4, using: &metrics.random) { try metrics.change() }
            snapshots.append(metrics.snapshot)
            // The API's snapshot may be newer than the one that the textfile is then written from.
            let snapshot = snapshots[
                Int.random(in: max(0, snapshots.count - 3)..<snapshots.count, using: &metrics.random)]
            var first = ExpositionWriter(Self.labels, mostWatches: 9)
            try #require(text(snapshot, &kept) == text(snapshot, &first), "step \(step)")
        }
    }

    @Test func aWatchHasItsSeries() throws {
        let target = Target(provider: Provider(name: "p", dialect: .openAI), model: "gpt-4o", interval: .seconds(90))
        let key = Watch.Key(org: "o", workspace: "w", template: "t", provider: "p", model: "gpt-4o")
        let watch = Watch(key: key, target: target, expectation: Expectation(["gpt-4o-2024-*"]))
        var scheduler = Scheduler()
        var memory = TargetMemory(trouble: Trouble(isNotFound: true))
        var life = TargetLife()
        for (id, second, fingerprint) in [(1, 1.5, "fp_b"), (2, 2, "fp_a")] {
            let time = Timestamp(milliseconds: Int64(second * 1000))
            let observation = try Example.observation(
                UInt64(id), of: target.id, at: time, model: "gpt-4o-2024-08-06", fingerprint: fingerprint)
            memory.record(.observation(observation, imported: false))
            _ = life.take(observation) { _, _ in false }
        }
        memory.heldLife = HeldLife(life)
        memory.lastAttempt = Timestamp(milliseconds: 3_020)
        _ = scheduler.handle(
            .watchlist(
                ScheduledWatchlist(
                    Watchlist(watches: [watch], targets: [target]), memory: [target.id: memory])),
            at: Moment(wall: Timestamp(milliseconds: 5_000), uptime: .seconds(5)))
        var writer = ExpositionWriter(Self.labels, mostWatches: 1)
        let lines = text(scheduler.view, &writer).split(separator: "\n").filter { $0.hasPrefix("prompter_watch_") }
        let labels = #"service="s",env="e",org="o",workspace="w",template="t",provider="p",model="gpt-4o""#
        let version = #"resolved_model="gpt-4o-2024-08-06""#
        #expect(
            lines
                == [
                    "prompter_watch_interval_seconds{\(labels)} 90",
                    "prompter_watch_last_attempt_timestamp_seconds{\(labels)} 3.02",
                    "prompter_watch_last_success_timestamp_seconds{\(labels)} 2",
                    "prompter_watch_unavailable{\(labels),reason=\"not_found\"} 0",
                    "prompter_watch_unavailable{\(labels),reason=\"refused\"} 0",
                    "prompter_watch_version_info{\(labels),provider_version_key=\"fp_a\",\(version),fingerprint=\"fp_a\",digest=\"\",state=\"live\"} 1",
                    "prompter_watch_version_info{\(labels),provider_version_key=\"fp_b\",\(version),fingerprint=\"fp_b\",digest=\"\",state=\"live\"} 1",
                    "prompter_watch_expectation_met{\(labels)} 1",
                    "prompter_watch_signal_info{\(labels),signal=\"model\",confidence=\"proven\"} 1",
                    "prompter_watch_signal_info{\(labels),signal=\"fingerprint\",confidence=\"proven\"} 1",
                    "prompter_watch_live_values{\(labels),signal=\"model\"} 1",
                    "prompter_watch_live_values{\(labels),signal=\"fingerprint\"} 2",
                ].map { $0[...] })
    }
}
