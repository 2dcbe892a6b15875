/// How long silence must last before it means something. Every instance of a fleet goes by the same rules, so that each derives
/// the same events.
public struct LifeRules: Hashable, Sendable {
    /// A signal's first observations, which raise nothing.
    public var baseline = 20
    /// Successes in a row without any settled member after which the set counts as replaced.
    public var replaceAfter = 30
    /// The same for a signal whose change is major: the second is the confirmation of the first.
    public var replaceMajorAfter = 2
    /// Successes without a member after which it is retired, once ``retireAge`` has passed too. A member with a share q of the
    /// traffic survives k misses with probability (1−q)^k: of one with a tenth, 45 misses leave 0.9 %.
    public var retireAfter = 45
    /// How long a member must have been out of sight before it is retired.
    public var retireAge: Duration = .seconds(86_400)

    public init() {}

    /// Successes in a row after which an absence of `signal`'s settled members, or of the signal itself, is told.
    func patience(with signal: Signal) -> Int {
        signal.isMajor ? replaceMajorAfter : replaceAfter
    }
}
