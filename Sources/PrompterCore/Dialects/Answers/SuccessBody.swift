/// The JSON of a response of status 2xx: an object, or the objects of a stream. It is strict about what is read of it alone.
struct SuccessBody {
    let response: HTTPResponse
    /// Whether it came as a stream of events.
    let isStream: Bool
    private let objects: [JSONNode]
    private let redaction: Redaction

    /// - Parameter mayBeArray: whether an array is a stream, as it is at Google.
    /// - Throws: ``ProbeFailure`` where there is no object in the body.
    init(
        _ response: HTTPResponse, _ body: ResponseBody, mayBeArray: Bool, _ redaction: Redaction
    ) throws(ProbeFailure) {
        objects = body.objects
        isStream = body.isStream
        self.response = response
        self.redaction = redaction
        guard objects.isEmpty || body.isArray && !mayBeArray else { return }
        let line = redaction.clean(body.firstLine)
        let reason = body.fault.map { "the response is not JSON (\($0))" } ?? "the response is not a JSON object"
        throw ProbeFailure(.malformed, line.isEmpty ? reason : "\(reason): \(line)")
    }

    /// A member as it first has a value: the first object of a stream may lack it.
    subscript(member: String) -> JSONNode? {
        let found = objects.lazy.compactMap { $0[member] }
        return found.first { !Self.isEmpty($0) } ?? found.first
    }

    /// A count among the members of `member`, as it was told last: a stream counts on.
    func tokens(_ member: String, _ count: String) -> Int? {
        objects.reversed().lazy.compactMap { Usage.tokens(in: $0[member]?[count]) }.first
    }

    /// The text of a member that names something; `nil` where it is absent or null.
    ///
    /// - Throws: ``ProbeFailure`` where it is no text, is there twice with different ones, or holds the call's own credential.
    func name(_ member: String) throws(ProbeFailure) -> String? {
        guard let node = self[member] else { return nil }
        switch node.value {
        case .null: return nil
        case .string(let text):
            guard isOnce(member, text) else {
                throw ProbeFailure(.malformed, "the response has two different members \"\(member)\"")
            }
            return try harmless(text, member)
        default: throw ProbeFailure(.malformed, "the response's \"\(member)\" is \(node.kind), not a string")
        }
    }

    /// The name of the model in `member`.
    ///
    /// - Parameter isEnough: whether something else names the version, so that a blank name counts as none.
    /// - Throws: ``ProbeFailure`` where it is blank, too.
    func model(_ member: String = "model", orElse isEnough: Bool = false) throws(ProbeFailure) -> String? {
        let model = try name(member)
        guard let model, model.allSatisfy(\.isWhitespace) else { return model }
        if isEnough { return nil }
        throw ProbeFailure(.malformed, "the response's \"\(member)\" is empty")
    }

    /// A member that names the version beside the model, which answers without it as well: what is no text counts as none.
    func fingerprint(_ member: String) throws(ProbeFailure) -> String? {
        self[member]?.string == nil ? nil : try name(member)
    }

    /// Makes sure that an answer which names a version holds more than the name, as an echo of the request does not.
    ///
    /// - Throws: ``ProbeFailure`` where it names one and holds nothing else that `kind` has.
    func requireServed(_ model: String?, _ kind: String, _ isServed: Bool) throws(ProbeFailure) {
        guard VersionIdentity.named(model) == nil || isServed else {
            throw ProbeFailure(.malformed, "the response names a model but has none of the other members of a \(kind)")
        }
    }

    /// Whether one of `members` holds anything: an echo of the request, and an error beside an echoed model, lack what an answer has.
    func has(anyOf members: [String]) -> Bool {
        isStream
            || members.contains { name in
                guard let value = self[name]?.plain else { return false }
                return value != .null && value != .string("")
            }
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
    /// - Throws: ``ProbeFailure`` where it holds the call's own credential, or bytes that are no text.
    func harmless(_ text: String, _ place: String) throws(ProbeFailure) -> String {
        guard !text.unicodeScalars.contains("\u{FFFD}") else {
            throw ProbeFailure(.malformed, "the response's \"\(place)\" is not UTF-8")
        }
        guard !redaction.isSecret(in: text) else {
            throw ProbeFailure(.malformed, "the response's \"\(place)\" contains the credential of the call")
        }
        return text
    }

    /// A hash of `members`, so far as they are there; `nil` where none is. A number is the same however it is written.
    func signature(of members: [String]) -> String? {
        let found = members.compactMap { name -> JSONValue.JSONMember? in
            guard let value = self[name]?.plain, value != .null else { return nil }
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

    /// Whether no object has `member` with another text than `text` beside it.
    private func isOnce(_ member: String, _ text: String) -> Bool {
        objects.allSatisfy { object in
            guard case .object(let members) = object.value else { return true }
            let texts = members.lazy.filter { $0.name == member }.map(\.node.string)
            return !texts.contains(text) || texts.allSatisfy { $0 == text }
        }
    }

    private static func isEmpty(_ node: JSONNode) -> Bool {
        switch node.value {
        case .null, .string(""): true
        default: false
        }
    }
}
