/// A ``VersionStore`` that keeps everything in memory: for tests and simulations. Of a batch it takes
/// watchlist, stand-offs and findings.
public actor MemoryVersionStore: VersionStore {
    private var ledger = VersionLedger()
    private var kept: [StandOff.Scope: StandOff.Kept] = [:]

    public init() {}

    public func write(_ batch: StoreBatch, at now: Timestamp) -> [Recorded] {
        if let watchlist = batch.watchlist { ledger.register(watchlist) }
        for standOff in batch.standOffs { kept[standOff.scope] = standOff.end == nil ? nil : standOff }
        return batch.findings.map { ledger.record($0, at: now) }
    }

    public func memory(of targets: [TargetID]) -> [TargetID: TargetMemory] {
        targets.reduce(into: [:]) { $0[$1] = ledger.memory(of: $1) }
    }

    public func standOffs() -> [StandOff.Kept] { Array(kept.values) }
}
