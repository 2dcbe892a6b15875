import PrompterCore

/// A store that fails as often as it is told to, and tells of each batch.
final class ScriptedStore: VersionStore {
    struct Failure: Error, CustomStringConvertible { var description: String { "the disk is full" } }

    let batches: AsyncStream<StoreBatch>
    private let told: AsyncStream<StoreBatch>.Continuation
    private let memory = MemoryVersionStore()
    private let failures: Locked<Int>

    init(failures: Int = 0) {
        self.failures = Locked(failures)
        (batches, told) = AsyncStream.makeStream()
    }

    func write(_ batch: StoreBatch, at now: Timestamp) async throws -> [Recorded] {
        let fails = failures.withLock { failures in
            failures -= 1
            return failures >= 0
        }
        if fails { throw Failure() }
        let recorded = await memory.write(batch, at: now)
        told.yield(batch)
        return recorded
    }

    func memory(of targets: [TargetID]) async -> [TargetID: TargetMemory] {
        await memory.memory(of: targets)
    }

    func standOffs() async -> [StandOff.Kept] { await memory.standOffs() }
}
