/// One HTTP call, as a dialect writes it and the HTTP client sends it.
public struct HTTPRequest: Hashable, Sendable {
    public enum Method: String, Hashable, Sendable {
        case get = "GET"
        case post = "POST"
    }

    public var method: Method
    public var url: String
    /// Name and value, sent in this order.
    public var headers: [HTTPHeader]
    /// The body; empty for none.
    public var body: [UInt8]
    /// A PEM file of the authorities to trust instead of the system's.
    public var authorityFile: String?
    /// Bounds the whole call: name resolution, connection, answer.
    public var timeout: Duration
    /// Whether no connection that was used before may carry it.
    public var isOnNewConnection = false

    public init(
        method: Method, url: String, headers: [HTTPHeader] = [], body: [UInt8] = [], authorityFile: String? = nil,
        timeout: Duration
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.authorityFile = authorityFile
        self.timeout = timeout
    }
}
