/// Which version served a target at a time, as far as its observations say.
public enum ServedVersion<Version: Hashable & Sendable>: Hashable, Sendable {
    /// A success in the same slot showed it.
    case observed(Version)
    /// The last success before and the first after showed it, each within three intervals.
    case bracketed(Version)
    /// One of these, in the order in which they were seen: the slot has several, the successes before and after differ, or
    /// what is known does not rule others out.
    case oneOf([Version])
    /// There was no success within three intervals.
    case unknown

    /// The versions that it names.
    public var versions: [Version] {
        switch self {
        case .observed(let version), .bracketed(let version): [version]
        case .oneOf(let versions): versions
        case .unknown: []
        }
    }

    /// What the others call it: `observed`, `bracketed`, `one_of` or `unknown`.
    public var name: String {
        switch self {
        case .observed: "observed"
        case .bracketed: "bracketed"
        case .oneOf: "one_of"
        case .unknown: "unknown"
        }
    }

    /// The same answer with other names for the versions; those that get the same name become one.
    public func map<Other>(_ transform: (Version) -> Other) -> ServedVersion<Other> {
        switch self {
        case .observed(let version): .observed(transform(version))
        case .bracketed(let version): .bracketed(transform(version))
        case .oneOf(let versions):
            .oneOf(
                versions.map(transform).reduce(into: []) { names, name in
                    if !names.contains(name) { names.append(name) }
                })
        case .unknown: .unknown
        }
    }
}

/// Which version served a watch at the time that was asked about.
public struct ServedReport: Hashable, Sendable {
    public var watch: Watch.Key
    /// The target that it pointed to then.
    public var target: TargetID
    public var answer: ServedVersion<VersionIdentity>

    public init(watch: Watch.Key, target: TargetID, answer: ServedVersion<VersionIdentity>) {
        self.watch = watch
        self.target = target
        self.answer = answer
    }
}
