/// What a lease brought, in the words of its holder: a guard keeps it for the others and does not read it.
public struct LeasePayload: Hashable, Sendable {
    /// The times that a payload tells of, in milliseconds since 1970: those whose year has four digits.
    static let times: ClosedRange<Int64> = 0...253_402_300_799_999

    /// A JSON object.
    public let text: String

    public init(_ members: [JSONValue.JSONMember]) {
        text = JSONValue.object(members).text
    }

    /// The object.
    var root: JSONNode {
        guard let root = try? JSONDocument(Array(text.utf8)).root else { preconditionFailure("written as JSON") }
        return root
    }

    /// The object's members, without its braces.
    var members: Substring { text.dropFirst().dropLast() }
}

/// What results of one kind look like. Whoever can reach a shared guard's memory can write what he likes into it, so a guard
/// passes on only what its asker could have written.
public struct LeaseForm: Sendable {
    /// The success that an object tells of, as it is written; `nil` for none. The object may have other members.
    var success: @Sendable (JSONNode, LeaseKey) -> LeasePayload?
    /// The failure that an object tells of; likewise.
    var failure: @Sendable (JSONNode) -> LeasePayload?

    public init(
        success: @escaping @Sendable (JSONNode, LeaseKey) -> LeasePayload?,
        failure: @escaping @Sendable (JSONNode) -> LeasePayload?
    ) {
        self.success = success
        self.failure = failure
    }
}
