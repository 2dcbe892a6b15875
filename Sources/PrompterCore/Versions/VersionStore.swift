/// Where what was learned is kept. Narrow on purpose: questions that people ask are the archive's.
public protocol VersionStore: Sendable {
    /// Takes over `watchlist` from `now` on: which watches there are, what each points to, and what it expects.
    ///
    /// - Throws: where the store cannot commit now; the watchlist may be given again.
    func register(_ watchlist: Watchlist, at now: Timestamp) async throws

    /// Records `findings`, all or none; when it returns they are committed.
    ///
    /// An observation that is known already (same target, time and id) changes nothing. One dated later than `now`, by more
    /// than clocks differ, is kept but marked suspect: it moves no version's first and last seen. A failure dated so counts
    /// for nothing.
    ///
    /// - Returns: one element for each finding, in their order.
    /// - Throws: where the store cannot commit now; the same findings may be given again.
    func record(_ findings: [Finding], at now: Timestamp) async throws -> [Recorded]

    /// What is known of `targets`; those that nothing is known of are left out.
    func memory(of targets: [TargetID]) async throws -> [TargetID: TargetMemory]
}
