import PrompterCore

/// One instance of the daemon above its adapters, in a simulation in virtual time, and what is promised of it.
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
    /// When it is woken next.
    var wake: Uptime?
    /// Calls in flight, by their ids.
    var calls: [UInt64: ProbeOrder] = [:]
    /// Until when each question must have its reply.
    private var questions: [UInt64: Uptime] = [:]
    /// Counts its lives: what was meant for one before is void.
    var life = 0

    // What it did.
    private(set) var probes = 0
    private(set) var slots = 0
    private(set) var replies = 0
    private(set) var answers = 0
    private(set) var events: [Event.Kind: Int] = [:]
    private(set) var violations: [String] = []

    static let workers = 40
    static let capacity = 2_000

    init(number: Int) {
        self.number = number
        scheduler = Scheduler(storeCapacity: Self.capacity, seed: UInt64(number))
    }

    func now(_ uptime: Uptime) -> Moment {
        Moment(wall: Timestamp(milliseconds: 1_790_000_000_000) + uptime.sinceStart + clockOffset, uptime: uptime)
    }

    /// Takes note of a call that begins.
    func begin(_ order: ProbeOrder, at uptime: Uptime) {
        if calls.values.contains(where: { $0.target.id == order.target.id }) {
            violate("a target overlaps itself", at: uptime)
        }
        calls[order.id] = order
        probes += 1
        let limited = calls.values.filter { !$0.isForced }
        if limited.count > Self.workers { violate("\(limited.count) calls in flight", at: uptime) }
        let name = order.target.provider.name
        let busy = limited.count { $0.target.provider.name == name }
        if busy > order.target.provider.concurrency { violate("\(busy) calls of \(name)", at: uptime) }
        if scheduler.isStopping { violate("a call after a stop", at: uptime) }
    }

    /// Takes note of a question that is asked.
    func ask(_ question: Question) { questions[question.id] = question.deadline }

    /// Takes note of a reply: each question has one, in time.
    func take(_ reply: Reply, to question: UInt64, at uptime: Uptime) {
        guard let deadline = questions.removeValue(forKey: question) else {
            return violate("a reply that nobody waits for", at: uptime)
        }
        if uptime > deadline + .milliseconds(5) { violate("a late reply", at: uptime) }
        replies += 1
        if case .answer = reply { answers += 1 }
    }

    /// Looks for questions that should have their reply.
    func lookAtQuestions(at uptime: Uptime) {
        if questions.values.contains(where: { $0 + .seconds(1) < uptime }) { violate("no reply", at: uptime) }
    }

    func submit(_ entry: RecordEntry, at uptime: Uptime) {
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
        questions = [:]
        isCommitDue = false
        isStoreFailing = false
        wake = nil
    }

    func violate(_ what: String, at uptime: Uptime) {
        if violations.count < 5 { violations.append("\(number): \(what) at \(uptime)") }
    }
}
