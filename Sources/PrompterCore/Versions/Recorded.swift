/// What recording one finding did.
public struct Recorded: Hashable, Sendable {
    /// `false` where the finding was known already.
    public var isNews: Bool
    /// Whether nobody had seen its version of the target before.
    public var isNewVersion: Bool
    public var events: [Event]
    /// What the store knows of the target now; `nil` where the finding changed nothing of it.
    public var update: TargetUpdate?

    public init(isNews: Bool, isNewVersion: Bool = false, events: [Event] = [], update: TargetUpdate? = nil) {
        self.isNews = isNews
        self.isNewVersion = isNewVersion
        self.events = events
        self.update = update
    }

    /// Further than any two clocks of a fleet should differ: an observation dated later than this is suspect.
    public static let clockTolerance: Duration = .seconds(120)

    /// Whether what is dated `time` lies further ahead of `now` than clocks differ.
    public static func isSuspect(_ time: Timestamp, at now: Timestamp) -> Bool {
        time > now + clockTolerance
    }
}

/// What a store knows of a target after a finding: all of its ``TargetMemory`` but the versions that the finding did not show.
public struct TargetUpdate: Hashable, Sendable {
    public var lastAttempt: Timestamp?
    public var lastSuccess: Timestamp?
    public var trouble: Trouble
    public var life: HeldLife
    /// Which of its slot's confirmations would be next, where the finding is the latest observation and more answers might tell whether
    /// a change that it shows is real (``TargetLife/nextConfirmation(_:)``).
    public var nextConfirmation: Int?
    public var learned: CallVariant?
    public var lookupFailure: FailureClass?
    /// The version that the finding showed, with all its sightings; `nil` for a failure.
    public var version: Version?

    public init(
        lastAttempt: Timestamp?, lastSuccess: Timestamp?, trouble: Trouble, life: HeldLife,
        nextConfirmation: Int? = nil, learned: CallVariant?, lookupFailure: FailureClass?, version: Version?
    ) {
        self.lastAttempt = lastAttempt
        self.lastSuccess = lastSuccess
        self.trouble = trouble
        self.life = life
        self.nextConfirmation = nextConfirmation
        self.learned = learned
        self.lookupFailure = lookupFailure
        self.version = version
    }
}
