/// What the metrics show of one watch.
struct ShownWatch: Sendable {
    struct Times: Sendable {
        var lastAttempt, lastSuccess, lastChange, retirement: Timestamp?
    }

    let labels: LabelText
    let target: Target
    let expectation: Expectation?
    /// The revision of the target's memory that the rest is of; `nil` where there is none.
    private var revision: Int?

    private(set) var times = Times()
    private(set) var isNotFound = false
    private(set) var isRefused = false
    /// The labels of each version.
    private(set) var versions: [LabelText] = []
    /// `nil` where the watch expects nothing, or nothing is known that could be expected.
    private(set) var isExpectationMet: Bool?
    private(set) var signals: [ShownSignal] = []

    init(_ watch: Watch) {
        labels = LabelText([
            ("org", watch.key.org), ("workspace", watch.key.workspace), ("template", watch.key.template),
            ("provider", watch.key.provider), ("model", watch.key.model),
        ])
        target = watch.target
        expectation = watch.expectation
    }

    /// Takes over what is known of the target, where that has changed.
    mutating func update(_ memories: TargetMemories) {
        let revision = memories.revision(of: target.id)
        guard revision != self.revision else { return }
        self.revision = revision
        show(memories[target.id] ?? TargetMemory())
    }

    private mutating func show(_ memory: TargetMemory) {
        let life = memory.life
        times = Times(
            lastAttempt: memory.lastAttempt, lastSuccess: memory.lastSuccess, lastChange: memory.lastChange,
            retirement: life.retirement)
        isNotFound = memory.trouble.isNotFound
        isRefused = memory.trouble.isRefused
        versions = memory.versions.prefix(TargetMemory.mostVersions)
            .sorted { $0.identity.name < $1.identity.name }
            .map { Self.labels(of: $0.identity, life.state(of: $0.identity)) }
        isExpectationMet = expectation?.isMet(by: life)
        signals = life.signals.map { ShownSignal($0, model: target.model) }
    }

    private static func labels(of version: VersionIdentity, _ state: VersionState) -> LabelText {
        var text = LabelText.none
        text.append("provider_version_key", version.key)
        text.append("resolved_model", version.resolvedModel ?? "")
        text.append("fingerprint", version.fingerprint ?? "")
        text.append("digest", version.digest ?? "")
        text.append("state", state.rawValue)
        return text
    }
}

/// What the metrics show of one signal of a watch.
struct ShownSignal: Sendable {
    // Written once for all watches: there are few.
    private static let names = texts { signal in LabelText([("signal", signal.rawValue)]) }
    private static let confidences = texts { signal in
        Dictionary(
            uniqueKeysWithValues: Confidence.allCases.map { confidence in
                (confidence, LabelText([("signal", signal.rawValue), ("confidence", confidence.rawValue)]))
            })
    }

    let name: LabelText
    let confidence: LabelText
    let liveValues: Int

    init(_ life: SignalLife, model: String) {
        let confidence = life.confidence(model: model)
        name = Self.names[life.signal] ?? .none
        self.confidence = Self.confidences[life.signal]?[confidence] ?? .none
        liveValues = life.members.count
    }

    private static func texts<Text>(_ text: (Signal) -> Text) -> [Signal: Text] {
        Dictionary(uniqueKeysWithValues: Signal.allCases.map { ($0, text($0)) })
    }
}
