import PrompterCore

/// Stand-offs on their way to the store: of each scope the last word alone, so that a store that is slow is told less, not
/// later.
final class StandOffChanges: Sendable {
    private let changes = Locked<[StandOff.Scope: StandOff.Kept]>([:])
    /// Tells that there are some.
    let arrivals: AsyncStream<Void>
    private let arrived: AsyncStream<Void>.Continuation

    init() {
        (arrivals, arrived) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func add(_ standOffs: [StandOff.Kept]) {
        changes.withLock { changes in
            for standOff in standOffs { changes[standOff.scope] = standOff }
        }
        arrived.yield()
    }

    /// Takes out what has not been taken yet.
    func take() -> [StandOff.Kept] {
        changes.withLock { changes in
            defer { changes = [:] }
            return Array(changes.values)
        }
    }

    /// Says that no more will come.
    func finish() { arrived.finish() }
}
