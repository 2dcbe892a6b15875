/// What the daemon counts. A value: the exposition is written from a copy while counting goes on.
public struct ProbeMetrics: Sendable {
    struct ModelKey: Hashable, Comparable, Sendable {
        var provider: String
        var model: String

        init(provider: String, model: String) {
            self.provider = provider
            self.model = model
        }

        init(_ target: Target) { self.init(provider: target.provider.name, model: target.model) }

        /// What the provider's models beyond the limit are counted under.
        var others: ModelKey { ModelKey(provider: provider, model: "other") }

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

        init(_ target: Target) { fingerprints = target.provider.dialect == .openAI ? 0 : nil }
    }

    struct ProviderCounts: Sendable {
        var failures: [FailureClass: UInt64] = [:]
        var skips: [SkipReason: UInt64] = [:]
        var missed: UInt64 = 0
        /// The service layer's own buckets.
        var ensureVersion = Histogram(bounds: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30])
        var probeDuration = Histogram(bounds: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30])
    }

    /// As many models have series of their own, those that the watchlist has first, then those that are asked for: each has some
    /// twenty. What others do is counted together, under the model `other` of their provider.
    static let mostModels = 1000

    private(set) var watches: [Watch] = []
    public private(set) var targetCount = 0
    private(set) var models = SnapshotTable<ModelKey, ModelCounts>()
    private(set) var providers: [String: ProviderCounts] = [:]
    private(set) var lateness = Histogram(bounds: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30])
    private(set) var guardAnswers: [String: UInt64] = [:]

    public init() {}

    /// Takes over `watchlist`: series of what it no longer has are dropped, those of what is new start at 0.
    public mutating func replace(with watchlist: Watchlist) {
        watches = watchlist.watches
        targetCount = watchlist.targets.count
        var models = SnapshotTable<ModelKey, ModelCounts>()
        let lookedUp = Set(watchlist.targets.lazy.filter { $0.kind == .both }.map { ModelKey($0) })
        for target in watchlist.targets {
            let own = ModelKey(target)
            guard models.place(of: own) == nil else { continue }
            let key = models.count < Self.mostModels ? own : own.others
            var counts = models[key] ?? self.models[key] ?? ModelCounts(target)
            if models.place(of: key) == nil, !lookedUp.contains(own) { counts.lookupFailures = nil }
            if lookedUp.contains(own) { counts.lookupFailures = counts.lookupFailures ?? [:] }
            models.put(counts, for: key)
        }
        self.models = models
        providers = watchlist.providers.reduce(into: [:]) { $0[$1.key] = providers[$1.key] ?? ProviderCounts() }
    }

    /// Counts what happens to `target` from now on, which no watchlist has, until the next one.
    public mutating func asked(_ target: Target) {
        let own = ModelKey(target)
        guard models.place(of: own) == nil else { return }
        let key = models.count < Self.mostModels ? own : own.others
        if models.place(of: key) == nil { models.put(ModelCounts(target), for: key) }
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
        models.change(key(of: target)) { $0.attempts += 1 }
    }

    /// Counts how a probe ended after `duration`.
    public mutating func ended(
        _ target: Target, _ failure: FailureClass?, fingerprint: String?, after duration: Duration
    ) {
        let name = target.provider.name
        providers[name]?.probeDuration.observe(duration.seconds)
        let key = key(of: target)
        if let failure {
            models.change(key) { $0.failures += 1 }
            providers[name]?.failures[failure, default: 0] += 1
        } else if fingerprint != nil {
            models.change(key) { $0.fingerprints? += 1 }
        }
    }

    /// Counts a lookup that told nothing beside a completion.
    public mutating func failedLookup(_ target: Target, _ failure: FailureClass) {
        models.change(key(of: target)) { $0.lookupFailures?[failure, default: 0] += 1 }
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
        guard !recorded.events.isEmpty else { return }
        let key = key(of: target)
        for event in recorded.events {
            models.change(key) { $0.changes[Change(kind: event.kind, severity: event.severity), default: 0] += 1 }
        }
    }

    private func key(of target: Target) -> ModelKey {
        let own = ModelKey(target)
        return models.place(of: own) == nil ? own.others : own
    }
}
