/// What came back for an ``HTTPRequest``: whole, and no larger than the client's bound.
public struct HTTPResponse: Hashable, Sendable {
    public var status: Int
    public var headers: [HTTPHeader]
    public var body: [UInt8]
    /// From the start of the call to its last byte.
    public var duration: Duration

    public init(status: Int, headers: [HTTPHeader] = [], body: [UInt8] = [], duration: Duration = .zero) {
        self.status = status
        self.headers = headers
        self.body = body
        self.duration = duration
    }

    /// The first value of the header `name`; names are compared without regard to case (RFC 9110, section 5.1).
    public func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}
