/// Anthropic's API (https://docs.anthropic.com/en/api/messages, …/api/models).
enum AnthropicDialect: DialectRules {
    static let usualBaseURL: String? = "https://api.anthropic.com/v1"
    static let credentialVariables = [
        Dialect.CredentialVariable("ANTHROPIC_API_KEY"),
        Dialect.CredentialVariable("ANTHROPIC_AUTH_TOKEN", isToken: true),
    ]
    static let reservedParameters: Set<String> = ["model", "messages", "stream"]
    static let headers = [HTTPHeader("anthropic-version", "2023-06-01")]

    static func authentication(_ credential: Credential) -> HTTPHeader {
        HTTPHeader("x-api-key", credential.reveal())
    }

    static func completion(of target: Target, _ learned: CallVariant) -> CallForm { .messages }

    /// It resolves an alias as the messages do, and costs nothing.
    static func lookup(on server: Server?) -> CallForm? { .lookup }

    /// The lookup shows the same as a message, for nothing.
    static func usualProbe(on server: Server?) -> ProbeKind { .metadata }

    static func url(_ form: CallForm, of target: Target) -> String {
        let base = target.provider.baseURL
        return form == .lookup ? "\(base)/models/\(CallRequest.segment(target.model))" : "\(base)/messages"
    }

    static func body(_ form: CallForm, of target: Target, _ learned: CallVariant) -> [JSONValue.JSONMember] {
        guard form != .lookup else { return [] }
        let message = JSONValue.object([.init("role", .string("user")), .init("content", .string("x"))])
        var own: [JSONValue.JSONMember] = [
            .init("model", .string(target.model)), .init("max_tokens", .integer(learned.tokens ?? 1)),
            .init("messages", .array([message])),
        ]
        own += learned.streamMember
        if let instructions = target.systemInstructions { own.append(.init("system", .string(instructions))) }
        return CallRequest.body(own, parametersOf: target)
    }

    static func read(_ form: CallForm, _ body: SuccessBody, of target: Target) throws(ProbeFailure) -> CallAnswer {
        // Some gateways answer a message to whatever they are asked.
        if form == .lookup, body["type"]?.string != "message" {
            var answer = CallAnswer(model: try body.model("id"), shows: [.model, .metadata])
            answer.metadata = body.signature(of: ["max_tokens", "max_input_tokens", "capabilities"])
            return answer
        }
        var answer = CallAnswer(model: try body.model(), shows: .model)
        try body.requireServed(
            answer.model, "message", body.has(anyOf: ["type", "content", "usage", "id", "role", "choices"]))
        answer.usage = Usage(
            inputTokens: body.tokens("usage", "input_tokens"), outputTokens: body.tokens("usage", "output_tokens"))
        return answer
    }

    /// Gateways lack the lookup: there the messages tell whether the model is gone or only its entry.
    static func lesson(
        of refusal: Refusal, to form: CallForm, of target: Target, _ learned: CallVariant
    ) -> CallVariant? {
        if form == .lookup { return [404, 405, 501].contains(refusal.status) ? CallVariant(form: .messages) : nil }
        let isCapped = CallRequest.parameters(of: target).contains { $0.name == OutputCap.tokens.rawValue }
        return CallLesson.of(
            refusal, to: form, learned: learned, cap: isCapped ? nil : .tokens, tokens: learned.tokens ?? 1,
            mayAskResponses: false)
    }

    static func stubVersion(of model: String) -> VersionIdentity? {
        VersionIdentity(resolvedModel: model, fingerprint: nil)
    }
}
