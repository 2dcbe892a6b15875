/// The triples that somebody asks for and no watch has. Each stands for one target for as long as that target's slot lasts, whatever
/// parameters later requests carry: callers who write each prompt anew cost one call a slot.
public struct UnwatchedTriples: Sendable {
    /// How many there are at once: each has rows and series of its own.
    public static let most = 1000
    /// How many bytes their prompts and parameters may take together.
    public static let mostBytes = 32 << 20

    /// There are as many as may be.
    public struct Full: Error, Hashable {
        /// When the first of them can make room.
        public var rest: Duration

        public init(rest: Duration) {
            self.rest = rest
        }
    }

    private struct Triple: Sendable {
        var target: Target
        var slot: Slot
        var bytes: Int
    }

    private var triples: [Watch.Key: Triple] = [:]
    private var bytes = 0

    public init() {}

    /// How many are kept.
    var count: Int { triples.count }

    /// What to ask for `watch`.
    ///
    /// - Parameter isForced: whether its own parameters count in any case.
    /// - Throws: ``Full``.
    public mutating func take(_ watch: Watch, isForced: Bool, at now: Timestamp) throws(Full) -> Watch {
        dropEnded(at: now)
        let (key, target) = (watch.key, watch.target)
        let known = triples[key]
        if let known, !isForced, known.target.provider == target.provider, known.target.interval == target.interval {
            return Watch(key: key, target: known.target)
        }
        let (others, size) = (bytes - (known?.bytes ?? 0), target.size)
        guard known != nil || triples.count < Self.most, others + size <= Self.mostBytes else {
            throw Full(rest: (triples.values.map(\.slot.end).min() ?? now) - now)
        }
        triples[key] = Triple(target: target, slot: target.slot(at: now), bytes: size)
        bytes = others + size
        return watch
    }

    /// Drops those whose slot is not the current one, also where the clock was set back.
    private mutating func dropEnded(at now: Timestamp) {
        for (key, triple) in triples where triple.target.slot(at: now) != triple.slot {
            triples[key] = nil
            bytes -= triple.bytes
        }
    }
}

extension Target {
    /// About how many bytes its prompt and parameters take in memory.
    fileprivate var size: Int { (systemInstructions?.utf8.count ?? 0) + (inferenceParameters?.size ?? 0) }
}

extension JSONValue {
    /// About how many bytes it takes in memory: a value takes far more than its text.
    fileprivate var size: Int {
        let own = 100
        return switch self {
        case .null, .bool: own
        case .number(let text), .string(let text): own + text.utf8.count
        case .array(let elements): elements.reduce(own) { $0 + $1.size }
        case .object(let members): members.reduce(own) { $0 + $1.name.utf8.count + $1.value.size }
        }
    }
}
