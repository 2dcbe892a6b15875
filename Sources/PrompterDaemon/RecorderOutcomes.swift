import PrompterCore

/// What became of what the recorder was given, until somebody takes it. It is for one reader.
///
/// A reader who is slow makes it no longer than a few: commits that follow one another are one, and a failure that is over before
/// anybody heard of it is left out. The findings in it have their places in the scheduler's queue until they are taken; of the
/// rest the last word is kept.
public final class RecorderOutcomes: AsyncSequence, Sendable {
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let outcomes: RecorderOutcomes

        public mutating func next() async -> Recorder.Outcome? { await outcomes.next() }
    }

    private struct State {
        var waiting: [Recorder.Outcome] = []
        var isFinished = false
        /// Whether the last that was taken of them says that the store fails.
        var isFailureTold = false
        /// Whether somebody reads them.
        var hasReader = false
        /// Whether the reader is at work on one.
        var isBeingTaken = false
        /// The one who waits until all are taken.
        var waiter: CheckedContinuation<Void, Never>?

        var isTaken: Bool { !hasReader || waiting.isEmpty && !isBeingTaken }

        /// - Returns: the one who waits no longer.
        mutating func takeWaiter() -> CheckedContinuation<Void, Never>? {
            defer { if isTaken { waiter = nil } }
            return isTaken ? waiter : nil
        }
    }

    private let state = Locked(State())
    private let arrivals: AsyncStream<Void>
    private let arrived: AsyncStream<Void>.Continuation

    init() {
        (arrivals, arrived) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func add(_ outcome: Recorder.Outcome) {
        state.withLock { state in
            switch (state.waiting.last, outcome) {
            case (.committed(var commit), .committed(let later)):
                state.waiting.removeLast()
                commit.add(later)
                state.waiting.append(.committed(commit))
            case (_, .restored):
                while case .failing? = state.waiting.last { state.waiting.removeLast() }
                if state.isFailureTold { state.waiting.append(outcome) }
            default: state.waiting.append(outcome)
            }
        }
        arrived.yield()
    }

    /// Says that no more will come.
    func finish() {
        state.withLock { $0.isFinished = true }
        arrived.finish()
    }

    /// Waits until the reader has taken them all, and has done what it does with them. For one caller; where nobody reads it returns at
    /// once.
    func waitUntilTaken() async {
        await withCheckedContinuation { waiter in
            let isTaken = state.withLock { state in
                if !state.isTaken { state.waiter = waiter }
                return state.isTaken
            }
            if isTaken { waiter.resume() }
        }
    }

    /// Notes that the reader takes no more, or is not waited for.
    func leave() {
        state.withLock { state in
            state.hasReader = false
            return state.takeWaiter()
        }?.resume()
    }

    public func makeAsyncIterator() -> Iterator { Iterator(outcomes: self) }

    /// The next one; `nil` when there will be none, or the task is cancelled.
    func next() async -> Recorder.Outcome? {
        var isEnded = false
        while true {
            let (outcome, isFinished, waiter) = state.withLock { state in
                state.hasReader = true
                let first = state.waiting.isEmpty ? nil : state.waiting.removeFirst()
                switch first {
                case .failing: state.isFailureTold = true
                case .restored: state.isFailureTold = false
                case .committed, nil: break
                }
                state.isBeingTaken = first != nil
                return (first, state.isFinished, state.takeWaiter())
            }
            waiter?.resume()
            if let outcome { return outcome }
            if isFinished || isEnded || Task.isCancelled {
                leave()
                return nil
            }
            isEnded = true
            for await _ in arrivals {
                isEnded = false
                break
            }
        }
    }
}

extension Recorder.Commit {
    /// Takes in what was committed after it.
    fileprivate mutating func add(_ later: Recorder.Commit) {
        findings += later.findings
        if !later.standOffs.isEmpty {
            let scopes = Set(later.standOffs.map(\.scope))
            standOffs.removeAll { scopes.contains($0.scope) }
            standOffs += later.standOffs
        }
        watchlist = later.watchlist ?? watchlist
        isClockSetBack = isClockSetBack || later.isClockSetBack
    }
}
