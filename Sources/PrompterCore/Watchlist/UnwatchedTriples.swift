/// The triples that somebody asks for and no watch has. Each stands for one target for as long as that target's slot lasts, whatever
/// parameters later requests carry: callers who write each prompt anew cost one call a slot.
public struct UnwatchedTriples: Sendable {
    /// How many there are at once: each has rows and series of its own.
    public static let most = 1000

    /// There are as many as may be.
    public struct Full: Error, Hashable {
        /// When the first of them can make room.
        public var rest: Duration

        public init(rest: Duration) {
            self.rest = rest
        }
    }

    private var targets: [Watch.Key: (target: Target, slot: Slot)] = [:]

    public init() {}

    /// What to ask for `watch`.
    ///
    /// - Parameter isForced: whether its own parameters count in any case.
    /// - Throws: ``Full``.
    public mutating func take(_ watch: Watch, isForced: Bool, at now: Timestamp) throws(Full) -> Watch {
        let (key, target) = (watch.key, watch.target)
        if let known = targets[key] {
            let isSame = known.target.provider == target.provider && known.target.interval == target.interval
            if isSame, !isForced, known.target.slot(at: now) == known.slot {
                return Watch(key: key, target: known.target)
            }
        } else if targets.count >= Self.most {
            targets = targets.filter { $0.value.target.slot(at: now) == $0.value.slot }
            guard targets.count < Self.most else {
                throw Full(rest: (targets.values.map(\.slot.end).min() ?? now) - now)
            }
        }
        targets[key] = (target, target.slot(at: now))
        return watch
    }
}
