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
        credentialPlace: CredentialPlace? = nil, headers: [HTTPHeader] = [], authorityFile: String? = nil,
        concurrency: Int = usualConcurrency, requestsPerMinute: Int? = nil
    ) {
        self.name = name
        self.dialect = dialect
        self.isStub = isStub || dialect == .stub
        self.baseURL = baseURL
        self.credentialPlace = credentialPlace
        self.headers = headers
        self.authorityFile = authorityFile
        self.concurrency = concurrency
        self.requestsPerMinute = requestsPerMinute
    }
}
