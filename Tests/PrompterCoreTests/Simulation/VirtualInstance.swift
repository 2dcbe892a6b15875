import PrompterCore

/// One instance of the daemon above its rooms, in a simulation in virtual time, and what is promised of it.
final class VirtualInstance {
    let number: Int
    var scheduler: Scheduler
    /// How far its wall clock is ahead of the simulation's.
    var clockOffset: Duration = .zero
    var ledger = VersionLedger(keepsPast: false)
    /// Findings that the store has not taken, in their order.
    var pending: [RecordEntry] = []
    var isCommitDue = false
    var isStoreFailing = false
    /// When it is woken next, in uptime.
    var wake: Duration?
    /// Calls in flight, by their lease.
    var calls: [UInt64: Target] = [:]
    /// Counts its lives: what was meant for one before is void.
    var life = 0

    // What it did.
    private(set) var probes = 0
    private(set) var slots = 0
    private(set) var events: [Event.Kind: Int] = [:]
    private(set) var violations: [String] = []

    static let workers = 40
    static let capacity = 2_000

    init(number: Int) {
        self.number = number
        scheduler = Scheduler(storeCapacity: Self.capacity, seed: UInt64(number))
    }

    func now(_ uptime: Duration) -> Moment {
        Moment(wall: Timestamp(milliseconds: 1_790_000_000_000) + uptime + clockOffset, uptime: uptime)
    }

    /// Takes note of a call that begins.
    func begin(_ order: ProbeOrder, at uptime: Duration) {
        if calls.values.contains(where: { $0.id == order.target.id }) {
            violate("a target overlaps itself", at: uptime)
        }
        calls[order.id] = order.target
        probes += 1
        if calls.count > Self.workers { violate("\(calls.count) calls in flight", at: uptime) }
        let name = order.target.provider.name
        let busy = calls.values.count { $0.provider.name == name }
        if busy > order.target.provider.concurrency { violate("\(busy) calls of \(name)", at: uptime) }
        if scheduler.isStopping { violate("a call after a stop", at: uptime) }
    }

    func submit(_ entry: RecordEntry, at uptime: Duration) {
        pending.append(entry)
        if pending.count > Self.capacity { violate("\(pending.count) findings wait", at: uptime) }
    }

    /// Commits what waits.
    func commit(at now: Moment) -> [(entry: RecordEntry, recorded: Recorded)] {
        let batch = pending.map { entry in
            let recorded = ledger.record(entry.finding, at: now.wall)
            for event in recorded.events { events[event.kind, default: 0] += 1 }
            return (entry: entry, recorded: recorded)
        }
        slots += batch.count
        pending = []
        return batch
    }

    /// Dies as by `kill -9` and starts anew: what was committed stays.
    func restart() {
        life += 1
        scheduler = Scheduler(storeCapacity: Self.capacity, seed: UInt64(number) << 32 | UInt64(life))
        pending = []
        calls = [:]
        isCommitDue = false
        isStoreFailing = false
        wake = nil
    }

    func violate(_ what: String, at uptime: Duration) {
        if violations.count < 5 { violations.append("\(number): \(what) at \(uptime)") }
    }
}
