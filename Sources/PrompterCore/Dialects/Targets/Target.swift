/// What is really called: watches that would make the same call share it.
public final class Target: Hashable, Sendable {
    public let id: TargetID
    public let provider: Provider
    public let model: String
    public let kind: ProbeKind
    /// Sent as the call's system instructions; `nil` for none.
    public let systemInstructions: String?
    /// Members that the call's body gets as they are; an object, or `nil` for none.
    public let inferenceParameters: JSONValue?
    /// The shortest that any of its watches asks for.
    public let interval: Duration
    /// The longest that any of its watches asks for, and at most the interval.
    public let timeout: Duration

    /// - Parameter interval: at least a millisecond.
    public init(
        provider: Provider, model: String, systemInstructions: String? = nil, inferenceParameters: JSONValue? = nil,
        interval: Duration = .seconds(3600), timeout: Duration = .seconds(30)
    ) {
        self.provider = provider
        self.model = model
        kind = provider.probeKind
        // A lookup sends neither.
        let systemInstructions = kind == .metadata ? nil : systemInstructions
        let inferenceParameters = kind == .metadata ? nil : inferenceParameters
        self.systemInstructions = systemInstructions
        self.inferenceParameters = inferenceParameters
        self.interval = interval
        self.timeout = min(timeout, interval)
        var hash = SHA256()
        hash.update(field: provider.name)
        hash.update(field: (provider.isStub ? Dialect.stub : provider.dialect).rawValue)
        hash.update(field: provider.baseURL)
        hash.update(field: model)
        hash.update(field: kind.rawValue)
        hash.update(field: inferenceParameters?.canonicalText ?? "")
        hash.update(field: systemInstructions.map { "=\($0)" } ?? "")
        id = TargetID(hash: hash)
    }

    /// The dialect that the target is called in: stub and live never share a target.
    public var dialect: Dialect { provider.isStub ? .stub : provider.dialect }

    /// Two targets are equal where their identity and their times are: the rest is in the identity, or belongs to the
    /// provider's entry.
    public static func == (left: Target, right: Target) -> Bool {
        left.id == right.id && left.interval == right.interval && left.timeout == right.timeout
            && left.provider == right.provider
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(id)
    }
}
