/// Something that became known about a target's versions. Recording an observation returns its events.
public struct Event: Hashable, Sendable, Identifiable {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// The target's first version.
        case first
        /// A version that was not known before.
        case appeared
    }

    /// A hash of target, kind, version and slot: every instance that derives the event derives the same id.
    public let id: String
    public let target: TargetID
    public let kind: Kind
    public let version: VersionIdentity
    /// The slot of the observation that completed it.
    public let slot: Int64
    /// When that observation was made.
    public let time: Timestamp

    public init(kind: Kind, observation: Observation) {
        target = observation.target
        self.kind = kind
        version = observation.version
        slot = observation.slot
        time = observation.time
        var hash = SHA256()
        hash.update(field: target.hexadecimal)
        hash.update(field: kind.rawValue)
        hash.update(field: version.resolvedModel ?? "")
        hash.update(field: version.fingerprint ?? "")
        hash.update(field: String(slot))
        id = Hexadecimal.encode(hash.finish().prefix(16))
    }
}
