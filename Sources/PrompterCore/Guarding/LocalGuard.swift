/// The guard of this process alone: single flight where there is no Redis, and in front of it.
///
/// It keeps the state of each target's latest slot and forgets by itself what is no longer worth keeping, so it is bounded by
/// the number of targets.
public final class LocalGuard: ProbeGuard {
    private let memory = Locked(LocalMemory())

    public init() {}

    public func admit(_ claims: [Claim], at now: Moment) -> [Admission] {
        memory.withLock { memory in
            claims.map { claim in
                switch memory.view(of: claim, at: now) {
                case .known(let admission): admission
                case .leasedElsewhere(let rest, _): .held(rest)
                case .free where !claim.mayCall: .vacant
                case .free(let attempt): .admitted(memory.grant(claim, attempt: attempt, at: now))
                }
            }
        }
    }

    public func settle(_ settlements: [Settlement], at now: Moment) {
        memory.withLock { memory in
            for settlement in settlements { memory.settle(settlement, at: now) }
        }
    }

    /// What can be said of `claims` without asking another guard, one view each, in their order. It changes nothing.
    public func views(of claims: [Claim], at now: Moment) -> [LocalView] {
        memory.withLock { memory in
            claims.map { claim in
                switch memory.view(of: claim, at: now) {
                case .known(let admission): .certain(admission)
                case .leasedElsewhere(_, let attempt), .free(let attempt): .open(attempt: attempt)
                }
            }
        }
    }

    /// Takes note that another guard admitted `claim` for this process.
    ///
    /// - Returns: the lease.
    public func grant(_ claim: Claim, attempt: Int, at now: Moment) -> Lease {
        memory.withLock { $0.grant(claim, attempt: attempt, at: now) }
    }

    /// Takes over what another guard knows of `slot`: that it is observed, held, leased elsewhere or given up.
    ///
    /// Nothing changes where this guard knows of a later slot, has the slot's end already, or is itself probing it and the
    /// other knows of no end.
    ///
    /// - Parameter time: how long the lease or the hold goes on.
    public func adopt(_ state: SlotState, of slot: Slot, for time: Duration, keepTime: Duration, at now: Moment) {
        memory.withLock { $0.adopt(state, of: slot, for: time, keepTime: keepTime, at: now) }
    }

    /// The observations of the slots that are still kept, each as the settlement that publishes it.
    public func observations(at now: Moment) -> [Settlement] {
        memory.withLock { $0.observations(at: now) }
    }
}
