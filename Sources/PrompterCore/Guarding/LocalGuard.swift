/// The guard of this process alone: single flight where there is no Redis, and in front of it.
///
/// It keeps the state of each subject's latest turn and forgets by itself what is no longer worth keeping, so it is bounded by
/// the number of subjects.
public final class LocalGuard: ProbeGuard {
    /// What one process can say of a request before it asks others.
    public enum View: Hashable, Sendable {
        /// Nobody else can know better: the turn has its result or is given up, waits after a failure, or is this very
        /// process's own.
        case certain(Admission)
        /// Others may know better. An admission would be this attempt of the turn.
        case open(attempt: Int)
    }

    private let table = Locked(SlotTable())

    public init() {}

    public func admit(_ requests: [LeaseRequest], at now: Moment) -> [Admission] {
        table.withLock { table in
            requests.map { request in
                switch table.view(of: request, at: now) {
                case .known(let admission): admission
                case .leasedElsewhere(let rest, _): .held(rest)
                case .free where !request.mayCall: .vacant
                case .free(let attempt): .admitted(table.grant(request, attempt: attempt, at: now))
                }
            }
        }
    }

    public func settle(_ outcomes: [LeaseOutcome], at now: Moment) {
        table.withLock { table in
            for outcome in outcomes { table.settle(outcome, at: now) }
        }
    }

    /// What can be said of `requests` without asking another guard, one view each, in their order. It changes nothing.
    public func views(of requests: [LeaseRequest], at now: Moment) -> [View] {
        table.withLock { table in
            requests.map { request in
                switch table.view(of: request, at: now) {
                case .known(let admission): .certain(admission)
                case .leasedElsewhere(_, let attempt), .free(let attempt): .open(attempt: attempt)
                }
            }
        }
    }

    /// Takes note that another guard admitted `request` for this process.
    ///
    /// - Returns: the lease.
    public func grant(_ request: LeaseRequest, attempt: Int, at now: Moment) -> Lease {
        table.withLock { $0.grant(request, attempt: attempt, at: now) }
    }

    /// Takes over what another guard knows of `key`: that it is done, held, leased elsewhere or given up.
    ///
    /// Nothing changes where this guard knows of a later turn, has the turn's end already, or has itself leased it and the
    /// other knows of no end.
    ///
    /// - Parameter time: how long the lease or the hold goes on.
    public func adopt(_ state: SlotState, of key: LeaseKey, for time: Duration, keepTime: Duration, at now: Moment) {
        table.withLock { $0.adopt(state, of: key, for: time, keepTime: keepTime, at: now) }
    }

    /// The results of the turns that are still kept, each as the outcome that publishes it.
    public func results(at now: Moment) -> [LeaseOutcome] {
        table.withLock { $0.results(at: now) }
    }
}
