import Synchronization

/// A value behind a lock.
///
/// `Mutex` alone would do, but on Linux it hands over inside the kernel when threads contend (futex(2), PI futexes), where
/// ThreadSanitizer does not see it and reports races that are none. The flag inside the lock shows it the order.
public struct Locked<Value: ~Copyable>: ~Copyable, Sendable {
    private let mutex: Mutex<Value>
    private let handedOver = Atomic(false)

    public init(_ value: consuming sending Value) {
        mutex = Mutex(value)
    }

    /// Runs `body` while nobody else does.
    public borrowing func withLock<Result: ~Copyable, Failure: Error>(
        _ body: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        try mutex.withLock { value throws(Failure) in
            _ = handedOver.load(ordering: .acquiring)
            defer { handedOver.store(true, ordering: .releasing) }
            return try body(&value)
        }
    }
}
