/// A distinct identity seen for a target.
public struct Version: Hashable, Sendable {
    public var identity: VersionIdentity
    public var firstSeen: Timestamp
    /// It never goes back.
    public var lastSeen: Timestamp
    /// Observations that showed it.
    public var sightings: Int

    public init(identity: VersionIdentity, firstSeen: Timestamp, lastSeen: Timestamp, sightings: Int) {
        self.identity = identity
        self.firstSeen = firstSeen
        self.lastSeen = lastSeen
        self.sightings = sightings
    }

    /// Takes one more observation in: ``lastSeen`` never goes back, ``firstSeen`` never forward.
    public mutating func see(at time: Timestamp) {
        firstSeen = min(firstSeen, time)
        lastSeen = max(lastSeen, time)
        sightings += 1
    }

    /// The order in which versions are listed: the one seen last first, and never two ways for the same set.
    public static func isSeenLater(_ left: Version, _ right: Version) -> Bool {
        let (one, other) = (left.identity, right.identity)
        return (left.lastSeen, one.key, one.resolvedModel ?? "", one.digest ?? "")
            > (right.lastSeen, other.key, other.resolvedModel ?? "", other.digest ?? "")
    }
}

/// Where a version stands in its life. The raw value is the metrics' label.
public enum VersionState: String, Hashable, Sendable, CaseIterable {
    /// Live, but first seen in the latest answers, which may be the beginning of a change.
    case new
    /// Live.
    case live
    /// Not seen for so long that it is taken as gone; it may return.
    case retired
}
