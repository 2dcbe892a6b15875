/// The JSON object of a response of status 2xx.
struct SuccessBody {
    let root: JSONNode
    let response: HTTPResponse
    private let redaction: Redaction

    /// - Throws: ``ProbeFailure`` where the body is none, or carries an error.
    init(_ response: HTTPResponse, _ redaction: Redaction) throws(ProbeFailure) {
        let document: JSONDocument
        do {
            document = try JSONDocument(response.body)
        } catch {
            throw ProbeFailure(.malformed, redaction.clean("the answer is no JSON: \(error)"))
        }
        root = document.root
        self.response = response
        self.redaction = redaction
        if let inside = root["error"], Self.isError(inside) {
            let refusal = Refusal(response, root, redaction)
            throw ProbeFailure(
                .malformed,
                "a success that carries an error: \(refusal.message.isEmpty ? "without a message" : refusal.message)")
        }
        guard case .object = root.value, document.duplicateNames.isEmpty else {
            throw ProbeFailure(.malformed, "the answer is not one JSON object with each name once")
        }
    }

    /// The text of a member that names something; `nil` where it is absent or null.
    ///
    /// - Throws: ``ProbeFailure`` where it is no text, or holds the call's own credential.
    func name(_ member: String) throws(ProbeFailure) -> String? {
        guard let node = root[member] else { return nil }
        switch node.value {
        case .null: return nil
        case .string(let text): return try harmless(text, member)
        default: throw ProbeFailure(.malformed, "the answer's \"\(member)\" is \(node.kind), not a string")
        }
    }

    /// The name of the model in `member`.
    ///
    /// - Throws: ``ProbeFailure`` where it is empty, too.
    func model(_ member: String = "model") throws(ProbeFailure) -> String? {
        let model = try name(member)
        if model == "" { throw ProbeFailure(.malformed, "the answer's \"\(member)\" is empty") }
        return model
    }

    /// The value of the response's header `name`; `nil` where it is absent or empty.
    ///
    /// - Throws: ``ProbeFailure`` where it holds the call's own credential.
    func header(_ name: String) throws(ProbeFailure) -> String? {
        guard let text = response.header(name), !text.isEmpty else { return nil }
        return try harmless(text, name)
    }

    /// `text`, which stands in `place`.
    ///
    /// - Throws: ``ProbeFailure`` where it holds the call's own credential.
    func harmless(_ text: String, _ place: String) throws(ProbeFailure) -> String {
        guard !redaction.isSecret(in: text) else {
            throw ProbeFailure(.malformed, "the answer's \"\(place)\" holds the credential of the call")
        }
        return text
    }

    /// A hash of `members`, so far as they are there; `nil` where none is. A number is the same however it is written.
    func signature(of members: [String]) -> String? {
        let found = members.compactMap { name -> JSONValue.JSONMember? in
            guard let value = root[name]?.plain, value != .null else { return nil }
            return JSONValue.JSONMember(name, Self.plain(value))
        }
        guard !found.isEmpty else { return nil }
        return String(SHA256.hexadecimal(JSONValue.object(found).canonicalText).prefix(16))
    }

    /// `value` with its numbers written in one way.
    static func plain(_ value: JSONValue) -> JSONValue {
        switch value {
        case .number(let digits):
            if let whole = Int(digits) ?? Double(digits).flatMap({ Int(exactly: $0) }) { return .integer(whole) }
            return .number(Double(digits).map { "\($0)" } ?? digits)
        case .array(let elements): return .array(elements.map(plain))
        case .object(let members): return .object(members.map { .init($0.name, plain($0.value)) })
        case .null, .bool, .string: return value
        }
    }

    /// Some servers send the member with every answer, with nothing in it.
    private static func isError(_ node: JSONNode) -> Bool {
        switch node.value {
        case .null, .bool(false), .string(""): false
        case .object(let members): !members.isEmpty
        default: true
        }
    }
}
