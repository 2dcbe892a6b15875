import Dispatch
import PrompterCore

/// Threads for work that blocks on files. A hung network mount may keep a thread for ever, but nobody waits for it longer than a time
/// limit.
public final class FileThreads: Sendable {
    /// How far one piece of work is.
    private final class Turn: Sendable {
        enum State: Sendable {
            case working, late, done
        }

        let state = Locked(State.working)
    }

    /// How long one piece of work may take.
    public let patience: Duration
    private let content: @Sendable (_ path: String, _ limit: Int) throws(FileError) -> FileContent
    /// How many threads have not come back from each path in time.
    private let stuck = Locked<[String: Int]>([:])

    public convenience init(patience: Duration = .seconds(5)) {
        self.init(patience: patience) { path, limit throws(FileError) in
            try FileReading.content(of: path, limit: limit)
        }
    }

    /// - Parameter content: reads a file.
    init(
        patience: Duration,
        content: @escaping @Sendable (_ path: String, _ limit: Int) throws(FileError) -> FileContent
    ) {
        self.patience = patience
        self.content = content
    }

    /// The content of the regular file at `path`.
    ///
    /// - Parameter limit: the most bytes it may have.
    public func read(_ path: String, limit: Int) async throws(FileError) -> FileContent {
        try await run(on: path) { [content] path throws(FileError) in try content(path, limit) }
    }

    /// Does `work` on a thread of its own.
    ///
    /// - Parameter path: the file it is about. While an earlier thread is stuck there, none is added.
    /// - Throws: what `work` throws, or ``FileError/Problem/slow(_:)``; `work` then goes on and its result is dropped.
    public func run<Value: Sendable>(
        on path: String, _ work: @escaping @Sendable (_ path: String) throws(FileError) -> Value
    ) async throws(FileError) -> Value {
        let slow = FileError(path, .slow(patience))
        guard stuck.withLock({ $0[path] == nil }) else { throw slow }
        let turn = Turn()
        let result: Result<Value, FileError> = await withCheckedContinuation { reply in
            DispatchQueue(label: "prompterd.file").async { @Sendable [self] in
                let result = Result { () throws(FileError) in try work(path) }
                let isInTime = turn.state.withLock { state in
                    defer { state = .done }
                    if state == .late { count(-1, stuckOn: path) }
                    return state == .working
                }
                if isInTime { reply.resume(returning: result) }
            }
            DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(Int(patience.milliseconds))) {
                @Sendable [self] in
                let isLate = turn.state.withLock { state in
                    guard state == .working else { return false }
                    state = .late
                    count(1, stuckOn: path)
                    return true
                }
                if isLate { reply.resume(returning: .failure(slow)) }
            }
        }
        return try result.get()
    }

    private func count(_ change: Int, stuckOn path: String) {
        stuck.withLock { stuck in
            let count = stuck[path, default: 0] + change
            stuck[path] = count == 0 ? nil : count
        }
    }
}
