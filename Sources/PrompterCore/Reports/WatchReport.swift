/// What is known of one watch.
public struct WatchReport: Hashable, Sendable {
    /// The most versions that a report lists.
    public static let mostVersions = 10

    public var watch: Watch.Key
    /// The target that it points to now.
    public var target: TargetID
    /// Whether somebody asked for it, and no watchlist has it: it is probed on request alone.
    public var isAsked: Bool
    /// How often the target is probed.
    public var interval: Duration
    /// When the target's last probe ended, however it ended; `nil` where there was none.
    public var lastAttempt: Timestamp?
    public var lastSuccess: Timestamp?
    /// The class of the last attempt's failure; `nil` where it succeeded.
    public var failure: FailureClass?
    /// Failed attempts since the last success.
    public var failures: Int
    /// Why the lookup beside the last completion told nothing; `nil` where it did, or none is made.
    public var lookupFailure: FailureClass?
    /// What keeps the target from being called, or did last: its own failure or its provider's.
    public var standOff: StandOff.Kept?
    /// The target's versions, the one seen last first, at most ``mostVersions``.
    public var versions: [Version]
    /// The life of the target's signals.
    public var life: TargetLife
    /// Which versions the watch expects; `nil` for any.
    public var expectation: Expectation?
    /// Whether every live version is expected; `nil` where none is live, or any is.
    public var isExpectationMet: Bool?
    /// The last event that is the watch's.
    public var lastEvent: Event?

    public init(
        watch: Watch.Key, target: TargetID, isAsked: Bool = false, interval: Duration, lastAttempt: Timestamp? = nil,
        lastSuccess: Timestamp? = nil, failure: FailureClass? = nil, failures: Int = 0,
        lookupFailure: FailureClass? = nil, standOff: StandOff.Kept? = nil, versions: [Version] = [],
        life: TargetLife = TargetLife(), expectation: Expectation? = nil, isExpectationMet: Bool? = nil,
        lastEvent: Event? = nil
    ) {
        self.watch = watch
        self.target = target
        self.isAsked = isAsked
        self.interval = interval
        self.lastAttempt = lastAttempt
        self.lastSuccess = lastSuccess
        self.failure = failure
        self.failures = failures
        self.lookupFailure = lookupFailure
        self.standOff = standOff
        self.versions = versions
        self.life = life
        self.expectation = expectation
        self.isExpectationMet = isExpectationMet
        self.lastEvent = lastEvent
    }

    /// What the target's best signal is worth.
    public var confidence: Confidence { life.confidence(model: watch.model) }

    /// The state of the version seen last; `nil` where there is none, or no life knows of it.
    public var state: VersionState? {
        guard life.successes > 0, let version = versions.first else { return nil }
        return life.state(of: version.identity)
    }

    /// What keeps the target from being called at `now`; `nil` for nothing.
    public func standOff(at now: Timestamp) -> StandOff.Kept? {
        standOff.flatMap { standOff in standOff.end.map { $0 > now } ?? false ? standOff : nil }
    }

    /// When the target is due next: with its next slot, or within the current one where that is neither observed nor given up;
    /// and not before a stand-off ends. `nil` where it is not watched.
    public func nextDue(at now: Timestamp) -> Timestamp? {
        if isAsked { return nil }
        let slot = Slot(of: target, interval: interval, at: now)
        let isObserved = lastSuccess.map { $0 <= now && slot.isObserved(by: $0) } ?? false
        let due = isObserved ? slot.end : max(now, retry(in: slot, at: now) ?? now)
        return max(due, standOff?.end ?? due)
    }

    /// When the attempt that failed in `slot` is followed by another: its end where none is; `nil` where none failed in it.
    private func retry(in slot: Slot, at now: Timestamp) -> Timestamp? {
        guard let failure, let lastAttempt, slot.begin <= lastAttempt, lastAttempt <= now else { return nil }
        var (attempt, pauses) = (0, Duration.zero)
        repeat {
            attempt += 1
            let hold = SlotState.hold(
                afterAttempt: attempt, allowsRetry: failure.allowsRetry, retryAfter: nil)
            guard let hold, lastAttempt + hold < slot.end else { return slot.end }
            pauses += hold
            // An attempt that came after fewer pauses than those before it was not made: so many were, at the most.
            if attempt == failures || lastAttempt < slot.begin + pauses { return lastAttempt + hold }
        } while true
    }
}
