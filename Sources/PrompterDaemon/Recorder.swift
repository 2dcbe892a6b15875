public import PrompterCore

/// The queue in front of the store, and its one writer: what comes within 20 ms is committed together.
///
/// The scheduler bounds it: it begins no call without a place here. A store that fails keeps nobody but its own queue waiting:
/// findings stay in it, in their order, and are tried again.
public final class Recorder: Sendable {
    /// What became of a batch.
    public enum Outcome: Sendable {
        case committed([(entry: RecordEntry, recorded: Recorded)])
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
        public var pending = 0
    }

    private struct State {
        var pending: [RecordEntry] = []
        /// Findings that are being committed.
        var committing: [RecordEntry] = []
        var isFinished = false
        /// Whether what the store cannot take now is left.
        var isGivenUp = false
        var hasEnded = false
        var endWaiter: CheckedContinuation<Void, Never>?
        var report = Report()
    }

    /// How long findings are gathered for one commit.
    private static let gathering: Duration = .milliseconds(20)
    /// As many as this are committed without gathering on.
    private static let fullBatch = 512
    private static let pauseAfterFailure: Duration = .seconds(1)

    /// What became of the findings, for the one who counts and tells.
    public let outcomes: AsyncStream<Outcome>
    private let outcomesContinuation: AsyncStream<Outcome>.Continuation
    private let store: any VersionStore
    private let clock: @Sendable () -> Moment
    private let state = Locked(State())
    private let arrivals: AsyncStream<Void>
    private let arrived: AsyncStream<Void>.Continuation

    public init(store: any VersionStore, clock: @escaping @Sendable () -> Moment) {
        self.store = store
        self.clock = clock
        (outcomes, outcomesContinuation) = AsyncStream.makeStream()
        (arrivals, arrived) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// What was counted until now.
    public var report: Report {
        state.withLock { state in
            var report = state.report
            report.pending = state.pending.count + state.committing.count
            return report
        }
    }

    /// Queues `entry` behind what waits. The scheduler bounds how much that is.
    public func submit(_ entry: RecordEntry) {
        let count = state.withLock { state in
            state.pending.append(entry)
            return state.pending.count
        }
        if count == 1 || count == Self.fullBatch { arrived.yield() }
    }

    /// Commits what comes until ``finish()`` was called and nothing is left, it is
    /// told to give up, or its task is cancelled.
    public func run() async {
        var isFailing = false
        for await _ in arrivals {
            await gather()
            while true {
                let batch = take()
                if batch.isEmpty { break }
                do {
                    let recorded = try await store.record(batch.map(\.finding), at: clock().wall)
                    if isFailing { outcomesContinuation.yield(.restored) }
                    isFailing = false
                    committed(zip(batch, recorded).map { (entry: $0, recorded: $1) })
                } catch {
                    if !isFailing { outcomesContinuation.yield(.failing("\(error)")) }
                    isFailing = true
                    putBack(batch)
                    if state.withLock({ $0.isGivenUp }) { return end() }
                    try? await Task.sleep(for: Self.pauseAfterFailure)
                    if Task.isCancelled || state.withLock({ $0.isGivenUp }) { return end() }
                }
            }
            if state.withLock({ $0.isFinished && $0.pending.isEmpty }) { break }
        }
        end()
    }

    /// Says that no more findings will come: ``run()`` ends when all are committed.
    public func finish() {
        state.withLock { $0.isFinished = true }
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

    /// What is not known to be committed. A commit that hangs may yet succeed; that a finding is then imported too does no harm.
    public func leftover() -> [RecordEntry] {
        state.withLock { $0.committing + $0.pending }
    }

    private func end() {
        arrived.finish()
        outcomesContinuation.finish()
        state.withLock { state in
            state.hasEnded = true
            let waiter = state.endWaiter
            state.endWaiter = nil
            return waiter
        }?.resume()
    }

    /// Waits until a commit is worth its while.
    private func gather() async {
        guard state.withLock({ $0.pending.count < Self.fullBatch && !$0.isFinished }) else { return }
        try? await Task.sleep(for: Self.gathering)
    }

    private func take() -> [RecordEntry] {
        state.withLock { state in
            let batch = state.pending
            state.pending = []
            state.committing = batch
            return batch
        }
    }

    private func putBack(_ batch: [RecordEntry]) {
        state.withLock { state in
            state.pending = batch + state.pending
            state.committing = []
            state.report.errors += 1
        }
    }

    private func committed(_ batch: [(entry: RecordEntry, recorded: Recorded)]) {
        state.withLock { state in
            state.committing = []
            state.report.commits += 1
            state.report.rows += UInt64(batch.count)
        }
        outcomesContinuation.yield(.committed(batch))
    }
}
