import OutsideParts
import PrompterCore
import Testing

/// Each version has one series, whatever else the answers carry: a collector drops a file that has one twice.
struct VersionSeriesTests {
    private let now = Timestamp(milliseconds: 1_764_000_000_000)

    @Test func rotatingMetadataMakesNone() async throws {
        let series = try await series((0..<30).map { (fingerprint: "fp_1", digest: nil, metadata: "session-\($0)") })
        #expect(series.map { $0.labels["provider_version_key"] } == ["fp_1"])
    }

    @Test func aDigestBesideAFingerprintTellsThemApart() async throws {
        let series = try await series((0..<30).map { (fingerprint: "fp_server", digest: "d-\($0 % 3)", metadata: nil) })
        #expect(series.map { $0.labels["digest"] } == ["d-0", "d-1", "d-2"])
        #expect(Set(series.map { $0.labels["provider_version_key"] }) == ["fp_server"])
    }

    private func series(
        _ answers: [(fingerprint: String?, digest: String?, metadata: String?)]
    ) async throws -> [ExpositionReader.Sample] {
        let target = Target(provider: Provider(name: "openai", dialect: .openAI), model: "gpt-4o")
        let key = Watch.Key(org: "o", workspace: "w", template: "t", provider: "openai", model: target.model)
        let store = MemoryVersionStore()
        for (index, answer) in answers.enumerated() {
            let version = try #require(
                VersionIdentity(resolvedModel: "m", fingerprint: answer.fingerprint, digest: answer.digest))
            let time = now + .seconds(index * 3600)
            let finding = Finding.observation(
                Observation(
                    id: UInt64(index), target: target.id, slot: Int64(index), time: time, version: version,
                    metadata: answer.metadata, shows: [.model, .fingerprint, .digest, .metadata]), imported: false)
            _ = await store.write(StoreBatch(findings: [finding]), at: time)
        }
        let list = Watchlist(watches: [Watch(key: key, target: target)], targets: [target])
        var scheduler = Scheduler()
        _ = scheduler.handle(
            .watchlist(ScheduledWatchlist(list, memory: await store.memory(of: [target.id]))),
            at: Moment(wall: now, uptime: Uptime(sinceStart: .zero)))
        var writer = ExpositionWriter(SeriesLabels(service: "s", environment: "e"), mostWatches: 10)
        let text = writer.text(of: scheduler.view, DaemonState(start: now)).bytes
        return try ExpositionReader(String(decoding: text, as: UTF8.self)).samples
            .filter { $0.name == "prompter_watch_version_info" }
    }
}
