import PrompterCore

/// A scheduler in virtual time, whose guard, providers and store answer at once.
struct VirtualMachine {
    private var scheduler = Scheduler()
    private var ledger = VersionLedger(keepsPast: false)
    private let slots = LocalGuard()
    private var now: Moment
    /// How many probes were made.
    private(set) var probes = 0

    /// Puts `list` in force. Every target was just observed, so that each is due in its next slot.
    init(_ list: Watchlist, at now: Moment) {
        self.now = now
        ledger.register(list)
        var observed = TargetMemory()
        observed.lastSuccess = now.wall
        let memory = Dictionary(uniqueKeysWithValues: list.targets.map { ($0.id, observed) })
        take(.watchlist(ScheduledWatchlist(list, memory: memory)))
    }

    /// Lets the time come that the scheduler waits for, and carries out what it decides then.
    mutating func tick() {
        if let wake = scheduler.wake(at: now), wake > now.wall { now = now.advanced(by: wake - now.wall) }
        take(.tick)
        _ = scheduler.takeSnapshot(isForced: false, at: now.wall)
    }

    private mutating func take(_ input: SchedulerInput) {
        var inputs = [input]
        while !inputs.isEmpty {
            let directives = scheduler.handle(inputs.removeFirst(), at: now)
            var ends: [ProbeEnd] = []
            var committed: [(entry: RecordEntry, recorded: Recorded)] = []
            for directive in directives {
                switch directive {
                case .admit(let requests): inputs.append(.admissions(slots.admit(requests, at: now)))
                case .probe(let order):
                    guard let version = order.target.stubVersion else { continue }
                    ends.append(ProbeEnd(id: order.id, .answer(ProbeAnswer(version: version, latency: .zero))))
                case .settle(let outcomes):
                    slots.settle(outcomes, at: now)
                    inputs.append(.settled(outcomes.map(\.lease.id)))
                case .record(let entry): committed.append((entry, ledger.record(entry.finding, at: now.wall)))
                default: break
                }
            }
            probes += ends.count
            if !ends.isEmpty { inputs.append(.ended(ends)) }
            if !committed.isEmpty { inputs.append(.committed(committed)) }
        }
    }
}
