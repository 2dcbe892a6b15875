/// What is known of a target around a time: when which version was seen. Answers which version served then.
public struct TimeLine<Version: Hashable & Sendable>: Hashable, Sendable {
    /// A version's sightings in a stretch of time: one observation, or what a tally keeps of many.
    public struct Stretch: Hashable, Sendable {
        public var version: Version
        /// The first of them, and the last: both are known to the millisecond.
        public var first, last: Timestamp
        /// How many there were. Where those between the first and the last stand is not known.
        public var sightings: Int
        /// No two that follow one another are further apart; `nil` where that is not known.
        public var longestGap: Duration?

        public init(
            _ version: Version, first: Timestamp, last: Timestamp, sightings: Int, longestGap: Duration? = nil
        ) {
            self.version = version
            self.first = first
            self.last = last
            self.sightings = sightings
            self.longestGap = longestGap
        }

        /// One observation.
        public init(_ version: Version, at time: Timestamp) {
            self.init(version, first: time, last: time, sightings: 1, longestGap: .zero)
        }
    }

    /// How many intervals from a time a success still says something about it.
    public static var reach: Int { 3 }

    public var target: TargetID
    public var interval: Duration
    /// In any order.
    public var stretches: [Stretch]

    public init(target: TargetID, interval: Duration, stretches: [Stretch]) {
        self.target = target
        self.interval = interval
        self.stretches = stretches
    }

    /// The times that ``version(at:)`` looks at for `time`: those of its slot, and those within ``reach`` of it.
    public static func window(
        around time: Timestamp, target: TargetID, interval: Duration
    ) -> (slot: Range<Timestamp>, all: ClosedRange<Timestamp>) {
        let slot = Slot(of: target, interval: interval, at: time)
        let reach = interval * Self.reach
        return (slot.begin..<slot.end, min(slot.begin, time - reach)...max(slot.end, time + reach))
    }

    /// Which version served at `time`.
    ///
    /// It never names a version that the sightings exclude, and where they are tallies it leaves out none that they do not:
    /// a sighting of which only the stretch is known may stand anywhere in it.
    public func version(at time: Timestamp) -> ServedVersion<Version> {
        let (slot, _) = Self.window(around: time, target: target, interval: interval)
        // Sightings that may stand in the slot: their stretch covers it, or what of it none is known to stand in.
        let covering = stretches.filter { $0.sightings > 2 && $0.first < slot.upperBound && $0.last >= slot.lowerBound }
        let points = stretches.flatMap { stretch in
            [stretch.first, stretch.last].map { (time: $0, version: stretch.version) }
        }
        let inSlot = points.filter { slot.contains($0.time) }
        if !inSlot.isEmpty {
            return Self.answer(inSlot + covering.map { ($0.first, $0.version) }) { .observed($0) }
        }
        let reach = interval * Self.reach
        let before = points.filter { $0.time < slot.lowerBound && time - $0.time <= reach }
        let after = points.filter { $0.time >= slot.upperBound && $0.time - time <= reach }
        let last = before.map(\.time).max()
        let next = after.map(\.time).min()
        let nearest = before.filter { $0.time == last } + after.filter { $0.time == next }
        // How many sightings a tally counts says nothing of an outage: a slot may have had several.
        let isDense = covering.contains { $0.longestGap.map { $0 <= reach } ?? false }
        let isBracketed = last != nil && next != nil || isDense
        return Self.answer(nearest + covering.map { ($0.first, $0.version) }) {
            isBracketed ? .bracketed($0) : .oneOf([$0])
        }
    }

    private static func answer(
        _ candidates: [(time: Timestamp, version: Version)], ifOne: (Version) -> ServedVersion<Version>
    ) -> ServedVersion<Version> {
        var versions: [Version] = []
        for candidate in candidates.sorted(by: { $0.time < $1.time }) where !versions.contains(candidate.version) {
            versions.append(candidate.version)
        }
        guard let first = versions.first else { return .unknown }
        return versions.count == 1 ? ifOne(first) : .oneOf(versions)
    }
}
