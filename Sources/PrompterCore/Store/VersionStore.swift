/// Where what was learned is kept. Narrow on purpose: questions that people ask are the archive's.
public protocol VersionStore: Sendable {
    /// Writes `batch`, all or none; when it returns it is committed.
    ///
    /// An observation that is known already (same target, time and id) changes nothing. One dated later than `now`, by more
    /// than clocks differ, is kept but marked suspect: it moves no version's first and last seen. A failure dated so counts
    /// for nothing.
    ///
    /// - Returns: one element for each finding, in their order.
    /// - Throws: where the store cannot commit now; the same batch may be given again.
    func write(_ batch: StoreBatch, at now: Timestamp) async throws -> [Recorded]

    /// What is known of `targets`; those that nothing is known of are left out.
    func memory(of targets: [TargetID]) async throws -> [TargetID: TargetMemory]

    /// The stand-offs as they were written last.
    func standOffs() async throws -> [StandOff.Kept]
}

extension VersionStore {
    /// Writes findings alone.
    public func record(_ findings: [Finding], at now: Timestamp) async throws -> [Recorded] {
        try await write(StoreBatch(findings: findings), at: now)
    }

    /// Writes a watchlist alone.
    public func register(_ watchlist: Watchlist, at now: Timestamp) async throws {
        var batch = StoreBatch()
        batch.watchlist = watchlist
        _ = try await write(batch, at: now)
    }
}
