/// What is asked before every call, so that a slot is probed once: by this daemon, or by the whole fleet.
public protocol ProbeGuard: Sendable {
    /// Answers `claims`, one answer each, in their order.
    func admit(_ claims: [Claim], at now: Moment) async -> [Admission]

    /// Ends leases. A settlement whose lease is no longer the slot's own changes nothing.
    func settle(_ settlements: [Settlement], at now: Moment) async
}
