/// What happens to a ``Scheduler``.
public enum SchedulerInput: Sendable {
    /// The time that was asked for has come, or some other.
    case tick
    /// A minute has passed.
    case pulse
    /// Somebody asks for a version; a ``Directive/reply(_:_:)`` tells it, once.
    case question(Question)
    /// A watchlist is to be in force.
    case watchlist(ScheduledWatchlist)
    /// The guard's answers to the last ``Directive/admit(_:)``, one a request, in their order.
    case admissions([Admission])
    case ended([ProbeEnd])
    /// The guard has taken how these leases ended.
    case settled([UInt64])
    case committed([(entry: RecordEntry, recorded: Recorded)])
    /// The store failed for the first time since it last worked; why, in one line.
    case storeFailing(String)
    /// The store works again.
    case storeRestored
    /// The store knows this of targets, in place of what is shown of them.
    case memory([TargetID: TargetMemory], of: [TargetID])
    /// A probe that was made beside this program was answered: one call decides of each scope.
    case recheck(Set<StandOff.Scope>)
    /// The keys of these providers are others than before: one call decides of each that was left alone because of its key.
    case rekeyed(Set<String>)
    /// Every target's current slot is to be seen to once, and no other.
    case roundBegun
    /// The round need not be finished.
    case roundLeft
    /// Nothing new is to begin.
    case stop
    /// What is in flight has had its time to end.
    case stopOverdue
}

/// A watchlist that is to be put in force, with what is known for it.
public struct ScheduledWatchlist: Sendable {
    public var watchlist: Watchlist
    /// How many probes may be in flight; `nil` for the sum of the providers' concurrency.
    public var workers: Int?
    /// What the store knows of the targets.
    public var memory: [TargetID: TargetMemory]
    /// Those that stood before a restart.
    public var standOffs: [StandOff.Kept]
    /// Over how long new targets are spread.
    public var spread: Duration

    public init(
        _ watchlist: Watchlist, workers: Int? = nil, memory: [TargetID: TargetMemory] = [:],
        standOffs: [StandOff.Kept] = [], spread: Duration = Timetable.longestSpread
    ) {
        self.watchlist = watchlist
        self.workers = workers
        self.memory = memory
        self.standOffs = standOffs
        self.spread = spread
    }
}
