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
