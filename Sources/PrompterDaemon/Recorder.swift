public import PrompterCore

/// The queue in front of the store, and its one writer: what comes within 100 ms is committed together, unless somebody waits for it.
///
/// It is bounded: the scheduler begins no call without a place here, of each stand-off and of watchlists the last word alone is
/// kept, and a webhook has one delivery under way at a time. A store that fails keeps nobody but its own queue waiting: what is
/// in it stays and is tried again.
public final class Recorder: Sendable {
    /// What was committed together.
    public struct Commit: Sendable {
        public var findings: [(entry: RecordEntry, recorded: Recorded)] = []
        public var standOffs: [StandOff.Kept] = []
        public var watchlist: Watchlist?
        /// Whether what is dated later than now was marked.
        public var isClockSetBack = false

        public init(findings: [(entry: RecordEntry, recorded: Recorded)] = []) {
            self.findings = findings
        }
    }

    /// What became of what was handed in.
    public enum Outcome: Sendable {
        case committed(Commit)
        /// The store failed for the first time since it last worked; why, in one line.
        case failing(String)
        /// The store works again.
        case restored
    }

    /// What is counted.
    public struct Report: Sendable {
        public var commits: UInt64 = 0
        public var rows: UInt64 = 0
        public var errors: UInt64 = 0
        /// Findings that wait.
        public var pending = 0
    }

    /// What waits to be committed.
    private struct Queue: Sendable {
        var findings: [RecordEntry] = []
        var standOffs: [StandOff.Scope: StandOff.Kept] = [:]
        var watchlist: Watchlist?
        /// Those that somebody asked for and no watchlist has, the last word last: what each pointed to meanwhile counts, too.
        var asked: [Watch] = []
        var isClockSetBack = false
        var deliveries: [EndedDelivery] = []
        /// Whether it is not to gather more: somebody waits for it, or it has more than findings.
        var isUrgent = false
        /// Those who wait for what is here.
        var waiters: [CheckedContinuation<Void, Never>] = []

        var hasNothingToWrite: Bool {
            findings.isEmpty && standOffs.isEmpty && watchlist == nil && asked.isEmpty && !isClockSetBack
                && deliveries.isEmpty
        }

        /// Whether it is not to gather any more.
        var isWorthACommit: Bool { isUrgent || findings.count >= Recorder.fullBatch }

        var isEmpty: Bool { hasNothingToWrite && waiters.isEmpty }

        var batch: StoreBatch {
            var batch = StoreBatch()
            batch.watchlist = watchlist
            batch.asked = asked
            batch.isClockSetBack = isClockSetBack
            batch.findings = findings.map(\.finding)
            batch.standOffs = Array(standOffs.values)
            batch.deliveries = deliveries
            return batch
        }

        mutating func bind(_ watch: Watch) {
            asked.removeAll { $0 == watch }
            // Whoever forces calls with another prompt each fills no memory while the store fails.
            if asked.count(where: { $0.key == watch.key }) >= Recorder.mostAskedOfOne,
                let oldest = asked.firstIndex(where: { $0.key == watch.key })
            {
                asked.remove(at: oldest)
            }
            asked.append(watch)
        }

        /// Takes back what `earlier` has, which could not be committed.
        mutating func putBack(_ earlier: Queue) {
            findings = earlier.findings + findings
            standOffs.merge(earlier.standOffs) { later, _ in later }
            watchlist = watchlist ?? earlier.watchlist
            let later = asked
            asked = earlier.asked
            for watch in later { bind(watch) }
            isClockSetBack = isClockSetBack || earlier.isClockSetBack
            deliveries = earlier.deliveries + deliveries
            waiters = earlier.waiters + waiters
        }
    }

    private struct State {
        var pending = Queue()
        /// What is being committed.
        var committing = Queue()
        var isFinished = false
        /// The pause in which findings are gathered.
        var gathering: Task<Void, Never>?
        /// Whether what the store cannot take now is left.
        var isGivenUp = false
        var hasEnded = false
        /// Why the store fails, as far as it was told; empty where it works.
        var reasons: Set<String> = []
        var endWaiter: CheckedContinuation<Void, Never>?
        var report = Report()

        /// Ends the pause where there is reason to.
        func hurryIfDue() {
            if isFinished || pending.isWorthACommit { gathering?.cancel() }
        }
    }

    /// As many as this are committed without gathering on.
    private static let fullBatch = 512
    /// How long the end waits for the one who reads the outcomes.
    private static let readerPatience: Duration = .seconds(2)
    private static let pauseAfterFailure: Duration = .seconds(1)
    /// As many bindings of one triple wait.
    private static let mostAskedOfOne = 4
    /// As many different reasons are told until the store works again.
    private static let mostReasons = 3

    private let patience: Duration
    private let gathering: Duration
    private let store: any VersionStore
    private let clock: @Sendable () -> Moment
    private let state = Locked(State())
    private let arrivals: AsyncStream<Void>
    private let arrived: AsyncStream<Void>.Continuation

    /// - Parameters:
    ///   - patience: a commit that takes longer counts as a store that fails, though it may yet succeed.
    ///   - gathering: how long findings are gathered for one commit.
    public init(
        store: any VersionStore, patience: Duration = .seconds(10), gathering: Duration = .milliseconds(100),
        clock: @escaping @Sendable () -> Moment
    ) {
        self.patience = patience
        self.gathering = gathering
        self.store = store
        self.clock = clock
        (arrivals, arrived) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// What became of it, for the one who counts and tells. No more waits here than has places in the queue: what that one has not
    /// taken is put together, the findings by their order and the rest by its last word.
    public let outcomes = RecorderOutcomes()

    /// What was counted until now.
    public var report: Report {
        state.withLock { state in
            var report = state.report
            report.pending = state.pending.findings.count + state.committing.findings.count
            return report
        }
    }

    // MARK: what is handed in

    /// Queues a finding behind those that wait. The scheduler bounds how many that are.
    public func submit(_ entry: RecordEntry) {
        let isFirst = state.withLock { state in
            state.pending.findings.append(entry)
            if entry.isAwaited { state.pending.isUrgent = true }
            state.hurryIfDue()
            return state.pending.findings.count == 1
        }
        if isFirst { arrived.yield() }
    }

    /// Has what of stand-offs must survive a restart kept.
    public func keep(_ standOffs: [StandOff.Kept]) {
        add { queue in
            for standOff in standOffs { queue.standOffs[standOff.scope] = standOff }
        }
    }

    /// Has `watchlist` taken over, before the findings that come after this.
    public func register(_ watchlist: Watchlist) { add { $0.watchlist = watchlist } }

    /// Has it written what `watch`, which no watchlist has, points to.
    func bind(_ watch: Watch) { add { $0.bind(watch) } }

    /// Has what is dated later than now marked.
    public func noteClockSetBack() { add { $0.isClockSetBack = true } }

    /// Has it written how a delivery ended. It returns when that is committed, or will not be.
    public func settle(_ delivery: Delivery, _ ending: DeliveryEnding) async {
        await withCheckedContinuation { waiter in
            let hasEnded = state.withLock { state in
                guard !state.hasEnded else { return true }
                state.pending.deliveries.append(EndedDelivery(delivery, ending))
                state.pending.waiters.append(waiter)
                state.pending.isUrgent = true
                state.hurryIfDue()
                return false
            }
            if hasEnded { waiter.resume() } else { arrived.yield() }
        }
    }

    /// Waits until what was handed in before is committed, or will not be.
    public func flush() async {
        await withCheckedContinuation { waiter in
            let hasEnded = state.withLock { state in
                guard !state.hasEnded else { return true }
                state.pending.waiters.append(waiter)
                state.pending.isUrgent = true
                state.hurryIfDue()
                return false
            }
            if hasEnded { waiter.resume() } else { arrived.yield() }
        }
    }

    /// What is no finding is rare, and other processes go by it: it is not gathered.
    private func add(_ change: (inout Queue) -> Void) {
        state.withLock { state in
            change(&state.pending)
            state.pending.isUrgent = true
            state.hurryIfDue()
        }
        arrived.yield()
    }

    // MARK: what is done with it

    /// Commits what comes until ``finish()`` was called and nothing is left, it is told to give up, or its task is cancelled.
    public func run() async {
        for await _ in arrivals {
            while state.withLock({ !$0.pending.isEmpty }) {
                await gather()
                let queue = take()
                guard !queue.hasNothingToWrite else {
                    for waiter in queue.waiters { waiter.resume() }
                    continue
                }
                do {
                    let recorded = try await write(queue.batch)
                    recover()
                    committed(queue, recorded)
                } catch {
                    fail("\(error)")
                    putBack(queue)
                    if state.withLock({ $0.isGivenUp }) { return end() }
                    try? await Task.sleep(for: Self.pauseAfterFailure)
                    if Task.isCancelled || state.withLock({ $0.isGivenUp }) { return end() }
                }
            }
            guard state.withLock({ $0.isFinished && $0.pending.isEmpty }) else { continue }
            // What was committed last may have made known what is to be kept, too.
            await Gate.after { [outcomes] in await outcomes.waitUntilTaken() }.wait(atMost: Self.readerPatience)
            outcomes.leave()
            if state.withLock({ $0.pending.isEmpty }) { break }
        }
        end()
    }

    /// Says that no more will come: ``run()`` ends when all is committed.
    public func finish() {
        state.withLock { state in
            state.isFinished = true
            state.hurryIfDue()
        }
        arrived.yield()
    }

    /// Says that what the store cannot take now is to be left: ``run()`` ends with its next failure.
    public func giveUp() {
        state.withLock { $0.isGivenUp = true }
    }

    /// Waits until ``run()`` has ended. For one caller.
    public func waitUntilEnded() async {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if !state.hasEnded { state.endWaiter = continuation }
                return state.hasEnded
            }
            if hasEnded { continuation.resume() }
        }
    }

    /// Findings that are not known to be committed. A commit that hangs may yet succeed; that a finding is then imported too does no
    /// harm.
    public func leftover() -> [RecordEntry] {
        state.withLock { $0.committing.findings + $0.pending.findings }
    }

    /// What is not known to be committed.
    public var waiting: StoreBatch {
        state.withLock { state in
            var queue = state.pending
            queue.putBack(state.committing)
            return queue.batch
        }
    }

    private func end() {
        arrived.finish()
        outcomes.finish()
        let waiters = state.withLock { state in
            state.hasEnded = true
            defer {
                state.endWaiter = nil
                state.pending.waiters = []
            }
            return state.pending.waiters + (state.endWaiter.map { [$0] } ?? [])
        }
        for waiter in waiters { waiter.resume() }
    }

    private func write(_ batch: StoreBatch) async throws -> [Recorded] {
        let alarm = Task { [patience] in
            guard (try? await Task.sleep(for: patience)) != nil else { return }
            fail("a commit has taken \(DurationText.brief(patience)) and goes on")
        }
        defer { alarm.cancel() }
        return try await store.write(batch, at: clock().wall)
    }

    private func fail(_ reason: String) {
        state.withLock { state in
            // An alarm of a commit that has ended since says nothing.
            guard !Task.isCancelled, state.reasons.count < Self.mostReasons, state.reasons.insert(reason).inserted
            else { return }
            outcomes.add(.failing(reason))
        }
    }

    private func recover() {
        state.withLock { state in
            if !state.reasons.isEmpty { outcomes.add(.restored) }
            state.reasons = []
        }
    }

    /// Waits until a commit is worth its while.
    private func gather() async {
        let pause = Task { [gathering] in _ = try? await Task.sleep(for: gathering) }
        state.withLock { state in
            state.gathering = pause
            state.hurryIfDue()
        }
        await pause.value
    }

    private func take() -> Queue {
        state.withLock { state in
            let queue = state.pending
            state.pending = Queue()
            state.committing = queue
            return queue
        }
    }

    private func putBack(_ queue: Queue) {
        state.withLock { state in
            state.pending.putBack(queue)
            state.committing = Queue()
            state.report.errors += 1
        }
    }

    private func committed(_ queue: Queue, _ recorded: [Recorded]) {
        precondition(recorded.count == queue.findings.count, "the store tells of each finding")
        state.withLock { state in
            state.committing = Queue()
            state.report.commits += 1
            state.report.rows += UInt64(queue.findings.count)
        }
        var commit = Commit(findings: zip(queue.findings, recorded).map { (entry: $0, recorded: $1) })
        commit.standOffs = Array(queue.standOffs.values)
        commit.watchlist = queue.watchlist
        commit.isClockSetBack = queue.isClockSetBack
        outcomes.add(.committed(commit))
        for waiter in queue.waiters { waiter.resume() }
    }
}
