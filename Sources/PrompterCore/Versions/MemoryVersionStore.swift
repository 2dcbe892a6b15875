/// A ``VersionStore`` that keeps everything in memory: for tests and simulations.
public actor MemoryVersionStore: VersionStore {
    private var ledger = VersionLedger()

    public init() {}

    public func register(_ watchlist: Watchlist, at now: Timestamp) {
        ledger.register(watchlist)
    }

    public func record(_ findings: [Finding], at now: Timestamp) -> [Recorded] {
        findings.map { ledger.record($0, at: now) }
    }

    public func memory(of targets: [TargetID]) -> [TargetID: TargetMemory] {
        targets.reduce(into: [:]) { $0[$1] = ledger.memory(of: $1) }
    }
}
