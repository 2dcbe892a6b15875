import Dispatch

/// A thread for what blocks on files, so that a slow disk holds up nothing of Swift concurrency.
public struct FileQueue: Sendable {
    private let queue: DispatchQueue

    /// - Parameter label: its name, for debuggers.
    public init(label: String) {
        queue = DispatchQueue(label: label)
    }

    /// Runs `body`, after those that came before.
    public func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { reply in
            queue.async { @Sendable in reply.resume(returning: body()) }
        }
    }
}
