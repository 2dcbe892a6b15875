/// What is leased: one turn of something that a fleet is to do once per turn.
public struct LeaseKey: Hashable, Sendable {
    /// What is to be done: a hash that is the same on every instance.
    public var subject: Digest
    /// How long a turn is. Turns of another length are others.
    public var interval: Duration
    public var turn: Int64
    /// 0 for the turn itself; from 1 on when it is done again to confirm what it brought.
    public var confirmation: Int

    public init(subject: Digest, interval: Duration, turn: Int64, confirmation: Int = 0) {
        self.subject = subject
        self.interval = interval
        self.turn = turn
        self.confirmation = confirmation
    }
}

/// Asks a guard: may it be done now?
public struct LeaseRequest: Sendable {
    public var key: LeaseKey
    /// What a result looks like that others leave.
    public var form: LeaseForm
    /// The id that a lease gets: drawn at random by the caller.
    public var id: UInt64
    /// How long a lease is good for, from now.
    public var leaseTime: Duration
    /// How long the turn's state is kept, from now.
    public var keepTime: Duration
    /// `false` for who may not do it: it only reads the turn.
    public var mayCall: Bool

    public init(
        _ key: LeaseKey, form: LeaseForm, id: UInt64, leaseTime: Duration, keepTime: Duration, mayCall: Bool = true
    ) {
        self.key = key
        self.form = form
        self.id = id
        self.leaseTime = leaseTime
        self.keepTime = keepTime
        self.mayCall = mayCall
    }
}

/// The right to do it, for a while.
public struct Lease: Hashable, Sendable, Identifiable {
    public var id: UInt64
    public var key: LeaseKey
    /// 1 for the turn's first attempt.
    public var attempt: Int
    /// How long the turn's state is kept, from the admission.
    public var keepTime: Duration

    public init(id: UInt64, key: LeaseKey, attempt: Int, keepTime: Duration) {
        self.id = id
        self.key = key
        self.attempt = attempt
        self.keepTime = keepTime
    }
}

/// How the holder of a lease ends it.
public struct LeaseOutcome: Hashable, Sendable {
    public enum Ending: Hashable, Sendable {
        /// It is done, and brought this.
        case succeeded(LeasePayload)
        /// The attempt failed. Where another is allowed and left, the turn is held for `retryAfter`, or for the usual pause;
        /// otherwise it is given up.
        case failed(LeasePayload, allowsRetry: Bool, retryAfter: Duration?)
        /// It was not attempted: the turn is free again.
        case givenBack
    }

    public var lease: Lease
    public var ending: Ending

    public init(_ lease: Lease, _ ending: Ending) {
        self.lease = lease
        self.ending = ending
    }
}
