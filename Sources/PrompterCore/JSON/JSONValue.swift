/// A JSON value without its place in a text: what is sent, or kept.
public indirect enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    /// A number as it is written (RFC 8259, section 6), so that none is changed on its way.
    case number(String)
    case string(String)
    case array([JSONValue])
    /// Members in the order they are written in.
    case object([JSONMember])

    /// One member of an object.
    public struct JSONMember: Hashable, Sendable {
        public var name: String
        public var value: JSONValue

        public init(_ name: String, _ value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    /// A whole number.
    public static func integer(_ number: some BinaryInteger) -> JSONValue { .number(String(number)) }

    /// The value as a text without white space, members in their order.
    public var text: String {
        var writer = JSONWriter()
        writer.write(self, sorted: false)
        return writer.text
    }

    /// The value as a text without white space, members sorted by name: equal objects give equal texts.
    public var canonicalText: String {
        var writer = JSONWriter()
        writer.write(self, sorted: true)
        return writer.text
    }
}
