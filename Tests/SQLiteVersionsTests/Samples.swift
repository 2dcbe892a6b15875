import PrompterCore
import SQLiteVersions

/// What the tests record.
enum Samples {
    /// 2025-11-24T16:00:00Z
    static let now = Timestamp(milliseconds: 1_764_000_000_000)

    static func target(
        _ model: String = "gpt-4o", dialect: Dialect = .openAI, interval: Duration = .seconds(3600)
    ) -> Target {
        let provider = Provider(name: "openai", dialect: dialect, baseURL: "https://api.openai.com/v1")
        return Target(provider: provider, model: model, interval: interval)
    }

    static func watch(_ template: String, _ target: Target) -> Watch {
        let key = Watch.Key(
            org: "acme", workspace: "main", template: template, provider: target.provider.name, model: target.model)
        return Watch(key: key, target: target)
    }

    static func watchlist(_ watches: [Watch]) -> Watchlist {
        var targets: [Target] = []
        for watch in watches where !targets.contains(watch.target) { targets.append(watch.target) }
        return Watchlist(watches: watches, targets: targets)
    }

    static func finding(
        _ id: UInt64, of target: Target, _ model: String? = "gpt-4o-2024-08-06", fingerprint: String? = nil,
        at time: Timestamp
    ) -> Finding {
        let version = VersionIdentity(resolvedModel: model, fingerprint: fingerprint)!
        let observation = Observation(
            id: id, target: target.id, slot: target.slot(at: time).number, time: time, version: version,
            usage: Usage(inputTokens: 8, outputTokens: nil), latency: .microseconds(1234))
        return .observation(observation, imported: false)
    }
}

extension SQLiteVersionStore {
    /// Writes stand-offs alone.
    func keep(_ standOffs: [StandOff.Kept]) async throws {
        var batch = StoreBatch()
        batch.standOffs = standOffs
        try await write(batch, at: Samples.now)
    }

    /// Writes how a delivery ended alone.
    func settle(_ delivery: Delivery, _ ending: DeliveryEnding, at now: Timestamp) async throws {
        var batch = StoreBatch()
        batch.deliveries = [EndedDelivery(delivery, ending)]
        try await write(batch, at: now)
    }

    /// Marks what is dated later than `now`.
    func distrust(after now: Timestamp) async throws {
        var batch = StoreBatch()
        batch.isClockSetBack = true
        try await write(batch, at: now)
    }
}
