/// What the daemon counts. A value: the exposition is written from a copy while counting goes on.
public struct ProbeMetrics: Sendable {
    struct ModelKey: Hashable, Comparable, Sendable {
        var provider: String
        var model: String

        static func < (left: ModelKey, right: ModelKey) -> Bool {
            (left.provider, left.model) < (right.provider, right.model)
        }
    }

    /// What events are counted by.
    struct Change: Hashable, Sendable {
        var kind: Event.Kind
        var severity: Severity
    }

    struct ModelCounts: Sendable {
        var attempts: UInt64 = 0
        var failures: UInt64 = 0
        /// `nil` for a dialect other than OpenAI's.
        var fingerprints: UInt64?
        var changes: [Change: UInt64] = [:]
        /// `nil` where no lookup is made beside completions.
        var lookupFailures: [FailureClass: UInt64]?
    }

    struct ProviderCounts: Sendable {
        var failures: [FailureClass: UInt64] = [:]
        var skips: [SkipReason: UInt64] = [:]
        var missed: UInt64 = 0
        /// The service layer's own buckets.
        var ensureVersion = Histogram(bounds: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30])
        var probeDuration = Histogram(bounds: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30])
    }

    /// How many models that no watchlist has may have series: whoever asks makes the names up.
    static let mostAskedModels = 1000

    private(set) var watches: [Watch] = []
    public private(set) var targetCount = 0
    private(set) var models = SnapshotTable<ModelKey, ModelCounts>()
    /// How many of ``models`` no watchlist has.
    private var askedModels = 0
    private(set) var providers: [String: ProviderCounts] = [:]
    private(set) var lateness = Histogram(bounds: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30])
    private(set) var guardAnswers: [String: UInt64] = [:]

    public init() {}

    /// Takes over `watchlist`: series of what it no longer has are dropped, those of what is new start at 0.
    public mutating func replace(with watchlist: Watchlist) {
        watches = watchlist.watches
        targetCount = watchlist.targets.count
        var models = SnapshotTable<ModelKey, ModelCounts>()
        let lookedUp = Set(
            watchlist.targets.filter { $0.kind == .both }.map {
                ModelKey(provider: $0.provider.name, model: $0.model)
            })
        for target in watchlist.targets {
            let key = ModelKey(provider: target.provider.name, model: target.model)
            guard models.place(of: key) == nil else { continue }
            var counts = self.models[key] ?? ModelCounts(fingerprints: target.provider.dialect == .openAI ? 0 : nil)
            counts.lookupFailures = lookedUp.contains(key) ? counts.lookupFailures ?? [:] : nil
            models.put(counts, for: key)
        }
        self.models = models
        askedModels = 0
        providers = watchlist.providers.reduce(into: [:]) { $0[$1.key] = providers[$1.key] ?? ProviderCounts() }
    }

    /// Counts what happens to `target` from now on, which no watchlist has, until the next one. Of models beyond
    /// ``mostAskedModels`` only what their provider's series count is counted.
    public mutating func asked(_ target: Target) {
        let key = ModelKey(provider: target.provider.name, model: target.model)
        guard models.place(of: key) == nil, askedModels < Self.mostAskedModels else { return }
        models.put(ModelCounts(fingerprints: target.provider.dialect == .openAI ? 0 : nil), for: key)
        askedModels += 1
    }

    /// Counts the start of a probe `lateness` after it was due.
    public mutating func began(lateness: Duration) {
        self.lateness.observe(max(0, lateness.seconds))
    }

    /// Counts an answer of the guard.
    public mutating func guardAnswered(_ admission: Admission) {
        guardAnswers[admission.name, default: 0] += 1
    }

    /// Counts an admitted probe.
    public mutating func attempted(_ target: Target) {
        let key = ModelKey(provider: target.provider.name, model: target.model)
        models.change(key) { $0.attempts += 1 }
    }

    /// Counts how a probe ended after `duration`.
    public mutating func ended(
        _ target: Target, _ failure: FailureClass?, fingerprint: String?, after duration: Duration
    ) {
        let name = target.provider.name
        providers[name]?.probeDuration.observe(duration.seconds)
        let key = ModelKey(provider: name, model: target.model)
        if let failure {
            models.change(key) { $0.failures += 1 }
            providers[name]?.failures[failure, default: 0] += 1
        } else if fingerprint != nil {
            models.change(key) { $0.fingerprints? += 1 }
        }
    }

    /// Counts a lookup that told nothing beside a completion.
    public mutating func failedLookup(_ target: Target, _ failure: FailureClass) {
        let key = ModelKey(provider: target.provider.name, model: target.model)
        models.change(key) { $0.lookupFailures?[failure, default: 0] += 1 }
    }

    /// Counts a version that was asked for and committed after `duration`.
    public mutating func ensured(_ target: Target, after duration: Duration) {
        providers[target.provider.name]?.ensureVersion.observe(duration.seconds)
    }

    /// Counts a due target that was not called.
    public mutating func skipped(_ target: Target, _ reason: SkipReason) {
        providers[target.provider.name]?.skips[reason, default: 0] += 1
    }

    /// Counts slots that passed without a probe.
    public mutating func missed(_ target: Target, _ count: Int64) {
        providers[target.provider.name]?.missed += UInt64(clamping: count)
    }

    /// Counts the events that recording a finding of `target` made.
    public mutating func recorded(_ recorded: Recorded, of target: Target) {
        let key = ModelKey(provider: target.provider.name, model: target.model)
        for event in recorded.events {
            models.change(key) { $0.changes[Change(kind: event.kind, severity: event.severity), default: 0] += 1 }
        }
    }
}
