import Foundation
import Glibc
public import Testing

/// Runs a test that computes for long on a thread of its own: on a small machine it would keep the few that Swift has from the tests
/// that wait for programs.
public struct OwnThread: TestTrait, SuiteTrait, TestScoping {
    private final class Executor: TaskExecutor {
        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            Thread.detachNewThread { [self] in
                // Whoever waits for a program goes first.
                setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 5)
                job.runSynchronously(on: asUnownedTaskExecutor())
            }
        }
    }

    private static let executor = Executor()

    public var isRecursive: Bool { true }

    public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        guard testCase != nil else { return try await function() }
        try await withTaskExecutorPreference(Self.executor) { try await function() }
    }
}

extension Trait where Self == OwnThread {
    public static var ownThread: OwnThread { OwnThread() }
}
