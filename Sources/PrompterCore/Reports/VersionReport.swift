/// One version of a watch, as people ask for it.
public struct VersionReport: Hashable, Sendable {
    public var watch: Watch.Key
    /// The target that showed it, which the watch points to or pointed to.
    public var target: TargetID
    /// Whether the watch points there now.
    public var isBound: Bool
    public var version: Version
    /// How it came to be known: `live`, `stub` or `import`.
    public var source: String
    /// Its part of the target's sightings, from 0 to 1.
    public var share: Double
    /// `nil` where no signal's life knows of it: where it was imported, say.
    public var state: VersionState?
    /// What each signal that it carries is worth, in the order of ``Signal/allCases``.
    public var confidence: [SignalConfidence]

    /// A signal's worth.
    public struct SignalConfidence: Hashable, Sendable {
        public var signal: Signal
        public var confidence: Confidence

        public init(_ signal: Signal, _ confidence: Confidence) {
            self.signal = signal
            self.confidence = confidence
        }
    }

    /// - Parameters:
    ///   - life: the target's.
    ///   - sightings: the target's, of all its versions.
    public init(
        watch: Watch.Key, target: TargetID, isBound: Bool, version: Version, source: String, life: TargetLife,
        sightings: Int
    ) {
        self.watch = watch
        self.target = target
        self.isBound = isBound
        self.version = version
        self.source = source
        share = sightings > 0 ? Double(version.sightings) / Double(sightings) : 0
        state = isBound && life.successes > 0 ? life.state(of: version.identity) : nil
        confidence = life.signals.compactMap { signalLife in
            version.identity[signalLife.signal] == nil
                ? nil : SignalConfidence(signalLife.signal, signalLife.confidence(model: watch.model))
        }
    }
}
