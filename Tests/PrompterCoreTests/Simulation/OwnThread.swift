import Foundation

/// Computes `body` on a thread of its own. The concurrency pool has one thread a core, so whatever computes there for seconds
/// holds up every test that waits for something.
func onOwnThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { computed in
        Thread.detachNewThread { computed.resume(returning: body()) }
    }
}
