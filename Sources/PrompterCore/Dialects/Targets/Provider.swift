/// A named entry of the watchlist that can be called.
public struct Provider: Hashable, Sendable {
    /// Where its credential is looked for, beside the service manager's credentials and the dialect's usual variables.
    public enum CredentialPlace: Hashable, Sendable {
        case file(String)
        case environment(String)
    }

    /// How many calls may be in flight where the entry does not say.
    public static let usualConcurrency = 4

    public var name: String
    public var dialect: Dialect
    /// Whether nothing is called and the answers are made up: by its dialect, or because the daemon was told so.
    public var isStub: Bool
    /// Without a slash at its end.
    public var baseURL: String
    public var credentialPlace: CredentialPlace?
    /// The one form that a completion is called in: ``CallForm/chat`` or ``CallForm/responses``; `nil` for whichever works.
    public var api: CallForm?
    /// The version of Azure's API for deployments; `nil` for its v1.
    public var apiVersion: String?
    /// What probes ask for; `nil` for what is usual (``probeKind``).
    public var probe: ProbeKind?
    /// What server it is, where that makes a difference.
    public var server: Server?
    /// Sent with every call, in this order.
    public var headers: [HTTPHeader]
    /// A PEM file of the authorities to trust instead of the system's.
    public var authorityFile: String?
    /// How many calls may be in flight at once.
    public var concurrency: Int
    /// How many calls may begin in any minute; `nil` for no bound.
    public var requestsPerMinute: Int?

    public init(
        name: String, dialect: Dialect, isStub: Bool = false, baseURL: String = "",
        credentialPlace: CredentialPlace? = nil, api: CallForm? = nil, apiVersion: String? = nil,
        probe: ProbeKind? = nil, server: Server? = nil, headers: [HTTPHeader] = [], authorityFile: String? = nil,
        concurrency: Int = usualConcurrency, requestsPerMinute: Int? = nil
    ) {
        self.name = name
        self.dialect = dialect
        self.isStub = isStub || dialect == .stub
        self.baseURL = baseURL
        self.credentialPlace = credentialPlace
        self.api = api
        self.apiVersion = apiVersion
        self.probe = probe
        self.server = server
        self.headers = headers
        self.authorityFile = authorityFile
        self.concurrency = concurrency
        self.requestsPerMinute = requestsPerMinute
    }

    /// Whether it is not called without a credential: its entry names a place for one, or it is a dialect's own maker and no header
    /// of its entry carries one.
    public var needsCredential: Bool {
        if !isStub, credentialPlace != nil { return true }
        let carriers: Set<String> = ["authorization", "x-api-key", "x-goog-api-key"]
        return !isStub && baseURL == dialect.usualBaseURL
            && !headers.contains { carriers.contains($0.name.lowercased()) }
    }

    /// What a probe of it asks for: what its entry says, else what is usual in its dialect. A stub makes up completions alone.
    public var probeKind: ProbeKind {
        if isStub { return .completion }
        return probe ?? dialect.rules?.usualProbe(on: server) ?? .completion
    }
}

/// What a provider of the dialect ``Dialect/openAICompatible`` runs, where that makes a difference. The raw value stands in
/// watchlists.
public enum Server: String, Hashable, Sendable, CaseIterable {
    /// Ollama, which tells the digest of a model's weights.
    case ollama
}

/// What a probe asks for. Each kind shows its own signals, so it is part of a target's identity. The raw value stands in
/// watchlists and in the store.
public enum ProbeKind: String, Hashable, Sendable, CaseIterable {
    /// The smallest completion that the provider answers.
    case completion
    /// What the provider tells of the model without making it answer, which is free.
    case metadata
    /// A completion, and, where it succeeded, what the provider tells beside it.
    case both
}
