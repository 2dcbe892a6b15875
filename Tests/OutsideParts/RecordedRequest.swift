public import PrompterCore

/// A request as a ``FakeProvider`` got it.
public struct RecordedRequest: Sendable {
    /// 1 for the first that arrived, over all connections.
    public var number: Int
    /// Which connection brought it, 1 for the first that was accepted.
    public var connection: Int
    public var method: String
    /// With its query, as sent.
    public var path: String
    public var headers: [HTTPHeader]
    public var body: [UInt8]

    /// The first value of the header `name`, compared without regard to case.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// The body as text.
    public var text: String { String(decoding: body, as: UTF8.self) }
}
