/// How a provider's limits stand at one moment.
public struct ProviderLimits: Hashable, Sendable {
    /// Why the whole provider is left alone; `nil` where it is not.
    public var standOff: FailureClass?
    /// How many of its targets are left alone by themselves, those left out that got no answer.
    public var suspendedTargets: Int

    public init(standOff: FailureClass? = nil, suspendedTargets: Int = 0) {
        self.standOff = standOff
        self.suspendedTargets = suspendedTargets
    }

    /// Whether its credential was refused or its quota is used up.
    public var isSuspended: Bool { standOff == .auth || standOff == .quota }
}
