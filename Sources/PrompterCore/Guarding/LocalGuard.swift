internal import Synchronization

/// The guard of this process alone: single flight where there is no Redis, and in front of it.
///
/// It keeps the state of each target's latest slot, so it is bounded by the number of targets.
public final class LocalGuard: ProbeGuard {
    private struct Entry: Sendable {
        var number: Int64
        var state: SlotState
        /// When the lease or the hold ends, in uptime.
        var until: Duration
        /// How long the state is worth keeping, in uptime.
        var keptUntil: Duration
    }

    private struct Key: Hashable, Sendable {
        var target: TargetID
        var interval: Duration

        init(_ slot: Slot) {
            target = slot.target
            interval = slot.interval
        }
    }

    private let entries = Mutex<[Key: Entry]>([:])

    public init() {}

    public func admit(_ claims: [Claim], at now: Moment) -> [Admission] {
        entries.withLock { entries in claims.map { Self.admit($0, at: now, in: &entries) } }
    }

    public func settle(_ settlements: [Settlement], at now: Moment) {
        entries.withLock { entries in
            for settlement in settlements { Self.settle(settlement, at: now, in: &entries) }
        }
    }

    /// Takes over what another guard knows of `slot`: that it is observed, held, leased elsewhere or given up.
    ///
    /// - Parameter time: how long the lease or the hold goes on.
    public func adopt(_ state: SlotState, of slot: Slot, for time: Duration, keepTime: Duration, at now: Moment) {
        let entry = Entry(
            number: slot.number, state: state, until: now.uptime + time, keptUntil: now.uptime + keepTime)
        entries.withLock { $0[Key(slot)] = entry }
    }

    /// The observations of the slots that are still kept, with the time they are to be kept for.
    public func observations(at now: Moment) -> [(slot: Slot, observation: Observation, keepTime: Duration)] {
        entries.withLock { entries in
            entries.compactMap { key, entry in
                guard case .observed(let observation) = entry.state, entry.keptUntil > now.uptime else { return nil }
                let slot = Slot(target: key.target, interval: key.interval, number: entry.number)
                return (slot, observation, entry.keptUntil - now.uptime)
            }
        }
    }

    /// Forgets what is no longer worth keeping.
    public func prune(at now: Moment) {
        entries.withLock { $0 = $0.filter { $0.value.keptUntil > now.uptime } }
    }

    private static func admit(_ claim: Claim, at now: Moment, in entries: inout [Key: Entry]) -> Admission {
        let key = Key(claim.slot)
        var attempt = 1
        if let entry = entries[key], entry.number == claim.slot.number, entry.keptUntil > now.uptime {
            switch entry.state {
            case .observed(let observation): return .observed(observation)
            case .failed(let failureClass): return .failed(failureClass)
            case .leased where entry.until > now.uptime: return .held(entry.until - now.uptime)
            case .held where entry.until > now.uptime: return .held(entry.until - now.uptime)
            case .leased(_, let lost): attempt = lost
            case .held(let failed, _): attempt = failed + 1
            }
        }
        guard claim.mayCall else { return .vacant }
        entries[key] = Entry(
            number: claim.slot.number, state: .leased(id: claim.id, attempt: attempt),
            until: now.uptime + claim.leaseTime, keptUntil: now.uptime + claim.keepTime)
        return .admitted(Lease(id: claim.id, slot: claim.slot, attempt: attempt, keepTime: claim.keepTime))
    }

    private static func settle(_ settlement: Settlement, at now: Moment, in entries: inout [Key: Entry]) {
        let lease = settlement.lease
        let key = Key(lease.slot)
        guard var entry = entries[key], entry.number == lease.slot.number,
            case .leased(lease.id, let attempt) = entry.state
        else { return }
        switch settlement.ending {
        case .observed(let observation):
            entry.state = .observed(observation)
        case .failed(let failureClass, let retryAfter):
            let (state, hold) = SlotState.afterFailure(failureClass, attempt: attempt, retryAfter: retryAfter)
            entry.state = state
            entry.until = now.uptime + hold
        case .givenBack:
            entries[key] = nil
            return
        }
        entries[key] = entry
    }
}
