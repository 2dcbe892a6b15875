/// A run of one round, in which every target's current slot is seen to once.
struct ProbeRound: Sendable {
    /// Targets that are yet to be seen to; `nil` for a run without end.
    private(set) var remaining: Set<TargetID>?
    /// Those that were left out.
    private(set) var skipped: Set<TargetID> = []

    /// Whether the run is of one round.
    var isOn: Bool { remaining != nil }
    /// Whether some target is yet to be seen to.
    var isUnderWay: Bool { remaining?.isEmpty == false }

    mutating func begin(_ targets: Set<TargetID>) { remaining = targets }

    /// Leaves what is not watched any more.
    mutating func keep(only watched: Set<TargetID>) { remaining?.formIntersection(watched) }

    mutating func leave() { remaining = nil }

    /// Whether `target` has a turn: a round that lasts into a target's next slot does not see to that, too.
    func admits(_ target: TargetID) -> Bool { remaining?.contains(target) ?? true }

    mutating func see(to target: TargetID) { remaining?.remove(target) }

    mutating func skip(_ target: TargetID) {
        if remaining?.remove(target) != nil { skipped.insert(target) }
    }
}

/// Ids of leases, that no other instance draws as well: a sequence that begins at random (SplitMix64: Steele, Lea, Flood, "Fast
/// splittable pseudorandom number generators", 2014). The same beginning gives the same sequence, so that a run can be repeated.
struct LeaseIDs: Sendable {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    /// The next one; never 0.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        mixed ^= mixed >> 31
        return max(1, mixed)
    }
}
