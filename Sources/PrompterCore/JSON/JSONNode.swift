/// A JSON value with the place where it stands.
public struct JSONNode: Sendable {
    /// One member of an object.
    public struct Member: Sendable {
        public var name: String
        /// Where its name begins, in bytes from the start of the text.
        public var nameOffset: Int
        public var node: JSONNode
    }

    public enum Value: Sendable {
        case null
        case bool(Bool)
        case number(String)
        case string(String)
        case array([JSONNode])
        case object([Member])
    }

    /// Where it begins, in bytes from the start of the text.
    public var offset: Int
    public var value: Value

    /// The member `name` of an object; `nil` where this is none or has none. Of two with one name the first.
    public subscript(name: String) -> JSONNode? {
        guard case .object(let members) = value else { return nil }
        return members.first { $0.name == name }?.node
    }

    /// The elements of an array; `nil` where this is none.
    public var elements: [JSONNode]? {
        if case .array(let elements) = value { elements } else { nil }
    }

    /// The text of a string; `nil` where this is none.
    public var string: String? {
        if case .string(let text) = value { text } else { nil }
    }

    /// A whole number that fits, however it is written (`4`, `4.0` and `40e-1` are one: JSON Schema
    /// 2020-12, core, section 4.2.3); `nil` where this is none.
    public var integer: Int? {
        guard case .number(let digits) = value else { return nil }
        return Int(digits) ?? Double(digits).flatMap { Int(exactly: $0) }
    }

    /// The value without its place.
    public var plain: JSONValue {
        switch value {
        case .null: .null
        case .bool(let flag): .bool(flag)
        case .number(let digits): .number(digits)
        case .string(let text): .string(text)
        case .array(let elements): .array(elements.map(\.plain))
        case .object(let members): .object(members.map { JSONValue.JSONMember($0.name, $0.node.plain) })
        }
    }

    /// What kind of value it is, for messages: `a string`, `an array`, …
    public var kind: String {
        switch value {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}
