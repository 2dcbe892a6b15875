/// What recording one finding did.
public struct Recorded: Hashable, Sendable {
    /// `false` where the finding was known already.
    public var isNews: Bool
    /// Whether nobody had seen its version of the target before.
    public var isNewVersion: Bool
    public var events: [Event]
    /// The target's life with the finding; `nil` where it changed nothing in it.
    public var life: TargetLife?

    public init(isNews: Bool, isNewVersion: Bool = false, events: [Event] = [], life: TargetLife? = nil) {
        self.isNews = isNews
        self.isNewVersion = isNewVersion
        self.events = events
        self.life = life
    }

    /// Further than any two clocks of a fleet should differ: an observation dated later than this is suspect.
    public static let clockTolerance: Duration = .seconds(120)

    /// Whether what is dated `time` lies further ahead of `now` than clocks differ.
    public static func isSuspect(_ time: Timestamp, at now: Timestamp) -> Bool {
        time > now + clockTolerance
    }
}
