import PrompterCore

/// A store that fails as often as it is told to, and tells of each batch.
final class ScriptedStore: VersionStore {
    struct Failure: Error, CustomStringConvertible { var description: String { "the disk is full" } }

    let batches: AsyncStream<[Finding]>
    private let told: AsyncStream<[Finding]>.Continuation
    private let memory = MemoryVersionStore()
    private let failures: Locked<Int>

    init(failures: Int = 0) {
        self.failures = Locked(failures)
        (batches, told) = AsyncStream.makeStream()
    }

    func register(_ watchlist: Watchlist, at now: Timestamp) async {
        await memory.register(watchlist, at: now)
    }

    func record(_ findings: [Finding], at now: Timestamp) async throws -> [Recorded] {
        let fails = failures.withLock { failures in
            failures -= 1
            return failures >= 0
        }
        if fails { throw Failure() }
        let recorded = await memory.record(findings, at: now)
        told.yield(findings)
        return recorded
    }

    func memory(of targets: [TargetID]) async -> [TargetID: TargetMemory] {
        await memory.memory(of: targets)
    }
}
