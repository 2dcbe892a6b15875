import PrompterCore

@testable import PrompterDaemon

/// A store whose commits hang until they are let go.
final class HangingStore: VersionStore {
    /// Tells of each commit that begins.
    let begun: AsyncStream<Void>
    let release = Gate()
    private let told: AsyncStream<Void>.Continuation
    private let memory = MemoryVersionStore()

    init() {
        (begun, told) = AsyncStream.makeStream()
    }

    func write(_ batch: StoreBatch, at now: Timestamp) async -> [Recorded] {
        told.yield()
        await release.wait()
        return await memory.write(batch, at: now)
    }

    func memory(of targets: [TargetID]) async -> [TargetID: TargetMemory] { await memory.memory(of: targets) }

    func standOffs() async -> [StandOff.Kept] { await memory.standOffs() }
}
