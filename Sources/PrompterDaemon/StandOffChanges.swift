import PrompterCore

/// Stand-offs on their way to the store: of each scope the last word alone, so that a store that is slow is told less, not
/// later.
final class StandOffChanges: Sendable {
    private let changes = Locked<[StandOff.Scope: StandOff.Kept]>([:])
    private let written = Locked<Set<StandOff.Scope>>([])
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

    /// Takes note that `standOffs` stand in the store as they are.
    func wrote(_ standOffs: [StandOff.Kept]) {
        written.withLock { written in
            for standOff in standOffs {
                if standOff.end == nil { written.remove(standOff.scope) } else { written.insert(standOff.scope) }
            }
        }
    }

    /// Those that were written and of which the store, which has `kept`, knows no longer: somebody else ended them. Each is
    /// given once.
    func takeEnded(kept: [StandOff.Kept]) -> Set<StandOff.Scope> {
        written.withLock { written in
            let ended = written.subtracting(kept.map(\.scope))
            written.subtract(ended)
            return ended
        }
    }

    /// Whether the store has any.
    var isAnyWritten: Bool { written.withLock { !$0.isEmpty } }

    /// Says that no more will come.
    func finish() { arrived.finish() }
}
