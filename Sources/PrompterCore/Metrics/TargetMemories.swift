/// What is known of each watched target. A copy can be looked at while the scheduler changes it, and tells of which targets
/// something has changed.
public struct TargetMemories: Sendable {
    private struct Entry: Sendable {
        var memory: TargetMemory
        var revision: Int
    }

    private var entries = SnapshotTable<TargetID, Entry>()
    /// The latest revision of any target.
    private var lastRevision = 0

    init() {}

    /// What is known of `target`; `nil` where it is not watched.
    public subscript(target: TargetID) -> TargetMemory? { entries[target]?.memory }

    /// Whether `target` is watched.
    func contains(_ target: TargetID) -> Bool { entries.place(of: target) != nil }

    /// Which of all memories that there have been is that of `target`: as long as it is the same, so is the memory. `nil` where it
    /// is not watched.
    func revision(of target: TargetID) -> Int? { entries.place(of: target).map { entries[at: $0].revision } }

    /// All of them, with their targets.
    var all: some Sequence<(target: TargetID, memory: TargetMemory)> {
        entries.keys.indices.lazy.map { (target: entries.keys[$0], memory: entries[at: $0].memory) }
    }

    /// Takes over `targets`; nothing is kept of others.
    ///
    /// - Parameter memory: what the store knows of the targets that are new.
    mutating func replace(with targets: [Target], memory: [TargetID: TargetMemory]) {
        var replaced = SnapshotTable<TargetID, Entry>(capacity: targets.count)
        for target in targets {
            if let known = entries[target.id] {
                replaced.put(known, for: target.id)
            } else {
                lastRevision += 1
                let entry = Entry(memory: memory[target.id] ?? TargetMemory(), revision: lastRevision)
                replaced.put(entry, for: target.id)
            }
        }
        entries = replaced
    }

    /// Changes what is known of `target`, where it is watched.
    mutating func change(_ target: TargetID, _ change: (inout TargetMemory) -> Void) {
        lastRevision += 1
        entries.change(target) { entry in
            change(&entry.memory)
            entry.revision = lastRevision
        }
    }
}
