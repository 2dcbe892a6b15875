/// OpenAI's chat completions, as OpenAI and all who imitate it speak them
/// (https://platform.openai.com/docs/api-reference/chat/create).
///
/// Pure in both directions: a request out of a target; a version, usage and failure class out of a response.
public enum ChatCompletions {
    /// The smallest cap that every model accepts and that bounds what an answer can cost.
    static let outputCap = 16

    /// Members of the body that are the probe's own; a watch may not set them.
    public static let reservedParameters: Set<String> = ["model", "messages", "stream", "n"]

    /// The smallest call that reveals the version of `target`.
    public static func request(for target: Target, credential: Credential?, timeout: Duration) -> HTTPRequest {
        var messages: [JSONValue] = []
        if let instructions = target.systemInstructions {
            messages.append(message(role: "system", instructions))
        }
        messages.append(message(role: "user", "x"))
        var body: [JSONValue.JSONMember] = [.init("model", .string(target.model)), .init("messages", .array(messages))]
        var parameters: [JSONValue.JSONMember] = []
        if case .object(let members) = target.inferenceParameters { parameters = members }
        if !parameters.contains(where: { $0.name == "max_tokens" || $0.name == "max_completion_tokens" }) {
            body.append(.init(capName(of: target.provider.dialect), .integer(outputCap)))
        }
        body += parameters
        var headers = [HTTPHeader("Content-Type", "application/json"), HTTPHeader("Accept", "application/json")]
        if let credential { headers.append(HTTPHeader("Authorization", "Bearer \(credential.reveal())")) }
        return HTTPRequest(
            method: .post, url: "\(target.provider.baseURL)/chat/completions",
            headers: headers + target.provider.headers, body: Array(JSONValue.object(body).text.utf8),
            authorityFile: target.provider.authorityFile, timeout: timeout)
    }

    /// What `response` says.
    ///
    /// - Throws: ``ProbeFailure`` where it names no version, each with its class.
    public static func answer(in response: HTTPResponse) throws(ProbeFailure) -> ProbeAnswer {
        let document: JSONDocument
        do {
            document = try JSONDocument(response.body)
        } catch {
            guard (200...299).contains(response.status) else { throw OpenAIError(response, nil).failure }
            throw ProbeFailure(.malformed, "the answer is no JSON: \(error)")
        }
        let root = document.root
        guard (200...299).contains(response.status) else { throw OpenAIError(response, root["error"]).failure }
        if let inside = root["error"], case .object = inside.value {
            throw ProbeFailure(
                .malformed, "a success that carries an error: \(inside["message"]?.string ?? "without a message")")
        }
        guard case .object = root.value, document.duplicateNames.isEmpty else {
            throw ProbeFailure(.malformed, "the answer is not one JSON object with each name once")
        }
        let model = try name("model", in: root)
        let fingerprint = try name("system_fingerprint", in: root)
        if model == "" { throw ProbeFailure(.malformed, "the answer's \"model\" is empty") }
        guard let version = VersionIdentity(resolvedModel: model, fingerprint: fingerprint) else {
            throw ProbeFailure(.noVersion, "the answer names neither model nor fingerprint")
        }
        let usage = Usage(
            inputTokens: Usage.tokens(in: root["usage"]?["prompt_tokens"]),
            outputTokens: Usage.tokens(in: root["usage"]?["completion_tokens"]))
        return ProbeAnswer(version: version, usage: usage, latency: response.duration)
    }

    /// OpenAI's newer models refuse `max_tokens`; most imitators know nothing else.
    private static func capName(of dialect: Dialect) -> String {
        dialect == .openAICompatible ? "max_tokens" : "max_completion_tokens"
    }

    private static func message(role: String, _ content: String) -> JSONValue {
        .object([.init("role", .string(role)), .init("content", .string(content))])
    }

    /// The text of a member; `nil` where it is absent or null.
    private static func name(_ member: String, in root: JSONNode) throws(ProbeFailure) -> String? {
        guard let node = root[member] else { return nil }
        switch node.value {
        case .null: return nil
        case .string(let text): return text
        default: throw ProbeFailure(.malformed, "the answer's \"\(member)\" is \(node.kind), not a string")
        }
    }
}
