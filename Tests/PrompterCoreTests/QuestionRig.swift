import PrompterCore

/// A scheduler and an outside world that goes on only where a test says so.
struct QuestionRig {
    var scheduler: Scheduler
    /// What another instance could share with this one.
    let probeGuard = LocalGuard()
    var ledger = VersionLedger()
    var now = Moment(wall: Timestamp(milliseconds: 1_790_000_000_000), uptime: Uptime(sinceStart: .seconds(1000)))
    private var lastQuestion: UInt64 = 0

    // What the scheduler asked for and nobody has done.
    private(set) var requests: [LeaseRequest] = []
    private(set) var calls: [ProbeOrder] = []
    private var records: [RecordEntry] = []
    private var settlements: [LeaseOutcome] = []
    /// Whether the guard learns what was settled only by ``publish()``.
    var isGuardSlow = false

    // What it did.
    private(set) var replies: [UInt64: Reply] = [:]
    private(set) var repliedTwice: [UInt64] = []
    private(set) var overlaps = 0
    private(set) var made: [ProbeOrder] = []
    private(set) var kept: [StandOff.Kept] = []
    private(set) var lines: [LogLine] = []

    init(mayCall: Bool = true, storeCapacity: Int = 100) {
        scheduler = Scheduler(mayCall: mayCall, storeCapacity: storeCapacity, seed: 1)
    }

    // MARK: what happens

    mutating func handle(_ input: SchedulerInput) {
        for directive in scheduler.handle(input, at: now) {
            switch directive {
            case .admit(let more): requests += more
            case .probe(let order):
                if calls.contains(where: { $0.target.id == order.target.id }) { overlaps += 1 }
                calls.append(order)
                made.append(order)
            case .settle(let outcomes):
                settlements += outcomes
                if !isGuardSlow { publish() }
            case .record(let entry): records.append(entry)
            case .keep(let standOffs): kept += standOffs
            case .reply(let id, let reply):
                if replies.updateValue(reply, forKey: id) != nil { repliedTwice.append(id) }
            case .breakOff:
                let broken = calls
                calls = []
                handle(.ended(broken.map { ProbeEnd(id: $0.id, .notMade) }))
            case .log(let line): lines.append(line)
            case .noteClockSetBack: break
            }
        }
    }

    /// Puts `targets` in force; they are due at once where `memory` has nothing of them.
    mutating func watch(
        _ targets: Target..., memory: [TargetID: TargetMemory] = [:], standOffs: [StandOff.Kept] = [],
        spread: Duration = .zero
    ) {
        watch(targets, memory: memory, standOffs: standOffs, spread: spread)
    }

    mutating func watch(
        _ targets: [Target], memory: [TargetID: TargetMemory] = [:], standOffs: [StandOff.Kept] = [],
        spread: Duration = .zero
    ) {
        let providers = Dictionary(targets.map { ($0.provider.name, $0.provider) }) { first, _ in first }
        handle(
            .watchlist(
                ScheduledWatchlist(
                    Watchlist(providers: providers, watches: [], targets: targets), memory: memory,
                    standOffs: standOffs, spread: spread)))
    }

    /// - Returns: the question's id.
    @discardableResult mutating func ask(
        _ target: Target, isForced: Bool = false, within time: Duration = .seconds(60), patience: Duration? = nil,
        memory: TargetMemory? = nil, standOffs: [StandOff.Kept] = []
    ) -> UInt64 {
        lastQuestion += 1
        handle(
            .question(
                Question(
                    id: lastQuestion, target, isForced: isForced, deadline: now.uptime + time,
                    patience: patience.map { now.uptime + $0 }, memory: memory, standOffs: standOffs)))
        return lastQuestion
    }

    /// Answers what the guard was asked.
    mutating func admit() {
        let asked = requests
        requests = []
        handle(.admissions(probeGuard.admit(asked, at: now)))
    }

    /// Ends the oldest call.
    mutating func end(_ failure: ProbeFailure? = nil, model: String = "m-1") {
        let order = calls.removeFirst()
        if let failure { return handle(.ended([ProbeEnd(id: order.id, .failure(failure))])) }
        let version = VersionIdentity(resolvedModel: model, fingerprint: nil)!
        handle(.ended([ProbeEnd(id: order.id, .answer(ProbeAnswer(version: version, latency: .milliseconds(5))))]))
    }

    /// Lets the guard learn how leases ended.
    mutating func publish() {
        let outcomes = settlements
        settlements = []
        probeGuard.settle(outcomes, at: now)
        handle(.settled(outcomes.map(\.lease.id)))
    }

    /// Commits what waits.
    mutating func commit() {
        let batch = records.map { (entry: $0, recorded: ledger.record($0.finding, at: now.wall)) }
        records = []
        handle(.committed(batch))
    }

    /// Does all that is to be done: calls are answered.
    mutating func settle() {
        while !requests.isEmpty || !calls.isEmpty || !records.isEmpty {
            if !requests.isEmpty { admit() }
            if !calls.isEmpty { end() }
            if !records.isEmpty { commit() }
        }
    }

    /// Lets `time` pass, with a tick whenever the scheduler wants one.
    mutating func pass(_ time: Duration) {
        let end = now.uptime + time
        while let wake = scheduler.wake(at: now), now.uptime + (wake - now.wall) <= end {
            now = now.advanced(by: max(wake - now.wall, .milliseconds(1)))
            handle(.tick)
            _ = scheduler.takeSnapshot(isForced: false, at: now.wall)
            if !requests.isEmpty { admit() }
        }
        now = now.advanced(by: max(end - now.uptime, .zero))
        handle(.tick)
        if !requests.isEmpty { admit() }
    }

    // MARK: what is seen

    /// What another instance does with the current slot of `target`.
    func elsewhere(_ target: Target) -> Lease {
        let request = LeaseRequest(
            slot: target.slot(at: now.wall), id: 77, timeout: target.timeout, at: now.wall)
        guard case .admitted(let lease) = probeGuard.admit([request], at: now)[0] else {
            preconditionFailure("the slot is free")
        }
        return lease
    }

    /// Has the other instance observe `model` with `lease`.
    func observe(_ lease: Lease, model: String) {
        let version = VersionIdentity(resolvedModel: model, fingerprint: nil)!
        let slot = Slot(lease.key)
        let observation = Observation(
            id: lease.id, target: slot.target, slot: slot.number, time: now.wall, version: version)
        probeGuard.settle([LeaseOutcome(lease, .observed(observation))], at: now)
    }

    func answer(_ id: UInt64) -> Reply.Answer? {
        if case .answer(let answer) = replies[id] { answer } else { nil }
    }

    func notMade(_ id: UInt64) -> Reply.Reason? {
        if case .notMade(let reason) = replies[id] { reason } else { nil }
    }

    func memory(_ model: String, at time: Timestamp) -> TargetMemory {
        let version = VersionIdentity(resolvedModel: model, fingerprint: nil)!
        return TargetMemory(
            lastAttempt: time, lastSuccess: time,
            versions: [Version(identity: version, firstSeen: time, lastSeen: time, sightings: 1)])
    }
}
