extension LeaseKey {
    /// What a probe of `slot` leases.
    public init(_ slot: Slot) {
        self.init(
            subject: slot.target.digest, interval: slot.interval, turn: slot.number, confirmation: slot.confirmation)
    }
}

extension Slot {
    /// The slot that `key` stands for.
    public init(_ key: LeaseKey) {
        self.init(
            target: TargetID(key.subject), interval: key.interval, number: key.turn, confirmation: key.confirmation)
    }
}

extension LeaseRequest {
    /// Asks whether `slot` may be probed at `now`, with `timeout`: a lease outlasts its probe by a margin, and the state its
    /// slot.
    public init(slot: Slot, id: UInt64, timeout: Duration, at now: Timestamp, mayCall: Bool = true) {
        self.init(
            LeaseKey(slot), form: .probe, id: id, leaseTime: timeout + .seconds(5),
            keepTime: max(slot.end - now, .zero) + max(slot.interval, .seconds(120)), mayCall: mayCall)
    }
}

extension LeaseForm {
    /// A success is an observation, a failure its class.
    public static let probe = LeaseForm(
        success: { root, key in Observation(root, id: 0, of: Slot(key)).map { LeasePayload($0) } },
        failure: { root in FailureClass(root).map { LeasePayload($0) } })
}

extension LeaseOutcome.Ending {
    /// The probe succeeded.
    public static func observed(_ observation: Observation) -> Self {
        .succeeded(LeasePayload(observation))
    }

    /// The probe failed.
    ///
    /// - Parameter retryAfter: how long the provider asked to be left alone.
    public static func failed(_ failureClass: FailureClass, retryAfter: Duration?) -> Self {
        .failed(LeasePayload(failureClass), allowsRetry: failureClass.allowsRetry, retryAfter: retryAfter)
    }
}

/// An ``Admission`` to the probe of a slot.
public enum ProbeAdmission: Hashable, Sendable {
    /// Probe now.
    case admitted(Lease)
    /// The slot has its observation, here it is.
    case observed(Observation)
    /// Somebody is probing it now, or it failed and waits: ask again after this time.
    case held(Duration)
    /// The slot is given up.
    case failed(FailureClass)
    /// Nobody has probed it; the answer to a request that may not call.
    case vacant

    /// - Parameter admission: a guard's answer to a request for `slot`, so that a result in it is a probe's.
    public init(_ admission: Admission, to slot: Slot) {
        switch admission {
        case .admitted(let lease): self = .admitted(lease)
        case .succeeded(let id, let payload):
            guard let observation = Observation(payload.root, id: id, of: slot) else {
                preconditionFailure("no observation of slot \(slot.number) of target \(slot.target)")
            }
            self = .observed(observation)
        case .held(let time): self = .held(time)
        case .failed(let payload):
            guard let failureClass = FailureClass(payload.root) else {
                preconditionFailure("no failure of slot \(slot.number) of target \(slot.target)")
            }
            self = .failed(failureClass)
        case .vacant: self = .vacant
        }
    }
}
