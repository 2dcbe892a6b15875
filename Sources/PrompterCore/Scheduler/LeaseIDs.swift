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
