/// What the outside world is to do for a ``Scheduler``, in the order in which it is given.
public enum Directive: Sendable {
    /// Ask the guard, and hand its answers back as ``SchedulerInput/admissions(_:)``, one a request, in their order.
    case admit([LeaseRequest])
    /// Probe, and hand each end back in a ``SchedulerInput/ended(_:)``.
    case probe(ProbeOrder)
    /// Tell the guard how leases ended, and hand their ids back as ``SchedulerInput/settled(_:)``.
    case settle([LeaseOutcome])
    /// Write a finding into the store, and hand what became of it back as ``SchedulerInput/committed(_:)``.
    case record(RecordEntry)
    /// Keep what of stand-offs must survive a restart.
    case keep([StandOff.Kept])
    /// Tell who asked the question of this id.
    case reply(UInt64, Reply)
    /// Mark what the store has dated later than now, and hand what it knows then back as ``SchedulerInput/memory(_:of:)``.
    case noteClockSetBack
    /// Break off what is in flight.
    case breakOff
    case log(LogLine)
}

/// A call that is to be made.
public struct ProbeOrder: Sendable {
    /// The id of its lease, where it has one; its ``ProbeEnd`` carries it too.
    public var id: UInt64
    public var target: Target
    /// Whether it may use no connection that was used before.
    public var isOnNewConnection: Bool
    /// Whether it is made without a lease and past the limits.
    public var isForced: Bool
}

/// How a call ended.
public struct ProbeEnd: Sendable {
    public enum Outcome: Sendable {
        case answer(ProbeAnswer)
        case failure(ProbeFailure)
        /// It was broken off, or never made: nothing was learned.
        case notMade
    }

    public var id: UInt64
    public var outcome: Outcome

    public init(id: UInt64, _ outcome: Outcome) {
        self.id = id
        self.outcome = outcome
    }
}

/// A finding on its way to the store.
public struct RecordEntry: Sendable {
    public var finding: Finding
    public var target: Target
    /// When its version was asked for; `nil` for one that another instance probed.
    public var asked: Uptime?
    /// Whether only a question asked for it.
    var isExtra: Bool
    /// Whether somebody waits for its commit.
    public var isAwaited = false

    public init(_ finding: Finding, of target: Target, asked: Uptime? = nil) {
        self.init(finding, of: target, asked: asked, isExtra: false)
    }

    init(_ finding: Finding, of target: Target, asked: Uptime? = nil, isExtra: Bool) {
        self.finding = finding
        self.target = target
        self.asked = asked
        self.isExtra = isExtra
    }
}
