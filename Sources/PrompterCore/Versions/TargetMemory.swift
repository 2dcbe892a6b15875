/// What a store knows of one target.
public struct TargetMemory: Hashable, Sendable {
    /// The most versions that it holds.
    public static let mostVersions = 10

    /// When the last probe of the target ended, however it ended.
    public var lastAttempt: Timestamp?
    /// The time of the latest observation, suspect ones left out.
    public var lastSuccess: Timestamp?
    /// What the failed attempts since then amount to.
    public var trouble: Trouble
    /// The versions, the one seen last first, at most ``mostVersions``.
    public var versions: [Version]
    /// The lives of the signals that they show.
    public var heldLife: HeldLife
    /// When the live set of a signal last changed by something that came.
    public var lastChange: Timestamp?
    /// How the target is to be called, where that is not the usual way.
    public var learned: CallVariant?
    /// Why the lookup beside the last completion that this instance made told nothing.
    public var lookupFailure: FailureClass?

    public init(
        lastAttempt: Timestamp? = nil, lastSuccess: Timestamp? = nil, trouble: Trouble = Trouble(),
        versions: [Version] = [], life: HeldLife = HeldLife(),
        lastChange: Timestamp? = nil, learned: CallVariant? = nil, lookupFailure: FailureClass? = nil
    ) {
        self.lastAttempt = lastAttempt
        self.lastSuccess = lastSuccess
        self.trouble = trouble
        self.versions = versions
        heldLife = life
        self.lastChange = lastChange
        self.learned = learned
        self.lookupFailure = lookupFailure
    }

    /// The life that is held. Whoever looks into it twice takes it out once.
    public var life: TargetLife { heldLife.life }
    /// The class of the last attempt's failure; `nil` where it succeeded.
    public var failure: FailureClass? { trouble.failure }
    /// Failed attempts since the last success.
    public var failures: Int { trouble.failures }

    /// Whether it knows of something later than `now`, as after a clock was set back.
    func isAhead(of now: Timestamp) -> Bool {
        [lastAttempt, lastSuccess, lastChange, versions.first?.lastSeen].contains { $0.map { $0 > now } ?? false }
    }

    /// Takes over what the store said when it recorded a finding.
    public mutating func take(_ recorded: Recorded) {
        guard let update = recorded.update else { return }
        lastAttempt = update.lastAttempt
        lastSuccess = update.lastSuccess
        trouble = update.trouble
        heldLife = update.life
        learned = update.learned
        lookupFailure = update.lookupFailure
        if let version = update.version { put(version) }
        note(recorded.events)
    }

    private mutating func put(_ version: Version) {
        if let place = versions.firstIndex(where: { $0.identity == version.identity }) {
            versions[place] = version
        } else {
            versions.append(version)
        }
        guard versions.count > 1 else { return }
        versions.sort(by: Version.isSeenLater)
        if versions.count > Self.mostVersions { versions.removeLast(versions.count - Self.mostVersions) }
    }

    /// Takes note of what became known.
    mutating func note(_ events: [Event]) {
        for event in events where event.kind.isChange { lastChange = max(lastChange ?? event.time, event.time) }
    }
}

extension TargetMemory {
    /// Takes a finding in that was not known before and is not suspect, as the ledger does. The life is its caller's to keep.
    ///
    /// - Parameter mostVersions: versions beyond are dropped, the one seen longest ago first.
    /// - Returns: the events that it makes and that no life does: those about the model as a whole.
    @discardableResult
    mutating func record(_ finding: Finding, mostVersions: Int = .max) -> [Event] {
        switch finding {
        case .observation(let observation, let imported):
            record(observation, imported: imported, mostVersions: mostVersions)
        case .failure(let attempt): record(attempt)
        }
    }

    /// Whether no attempt is later than `time`.
    func isLatest(_ time: Timestamp) -> Bool { time >= lastAttempt ?? time }

    private mutating func record(_ observation: Observation, imported: Bool, mostVersions: Int) -> [Event] {
        var events: [Event] = []
        if isLatest(observation.time) {
            lastAttempt = observation.time
            events += trouble.end(by: observation)
            if let learned = observation.learned { self.learned = learned == .usual ? nil : learned }
            if !imported { lookupFailure = observation.lookupFailure }
        }
        lastSuccess = max(lastSuccess ?? observation.time, observation.time)
        if let known = versions.firstIndex(where: { $0.identity == observation.version }) {
            versions[known].see(at: observation.time)
        } else {
            versions.append(
                Version(
                    identity: observation.version, firstSeen: observation.time, lastSeen: observation.time, sightings: 1
                ))
        }
        if versions.count > 1 {
            versions.sort(by: Version.isSeenLater)
            versions = Array(versions.prefix(mostVersions))
        }
        return events
    }

    private mutating func record(_ attempt: FailedAttempt) -> [Event] {
        guard isLatest(attempt.time) else { return [] }
        lastAttempt = attempt.time
        if attempt.failureClass.unlearnsCall { learned = nil }
        return trouble.take(attempt, hasSucceeded: lastSuccess != nil)
    }
}
