/// OpenAI's chat completions, as OpenAI, Azure and all who imitate them speak them
/// (https://platform.openai.com/docs/api-reference/chat/create).
enum ChatCompletions {
    static let reservedParameters: Set<String> = ["model", "messages", "stream", "n"]

    /// - Parameter cap: what bounds the output where nothing else was learned, unless the watch bounds it itself.
    static func body(of target: Target, _ learned: CallVariant, cap: OutputCap) -> [JSONValue.JSONMember] {
        var messages: [JSONValue] = []
        if let instructions = target.systemInstructions { messages.append(message(role: "system", instructions)) }
        messages.append(message(role: "user", "x"))
        var body: [JSONValue.JSONMember] = [.init("model", .string(target.model)), .init("messages", .array(messages))]
        if !isCapped(target) {
            body.append(.init((learned.cap ?? cap).rawValue, .integer(learned.tokens ?? OutputCap.least)))
        }
        body += learned.streamMember
        return CallRequest.body(body, parametersOf: target)
    }

    static func read(_ body: SuccessBody) throws(ProbeFailure) -> CallAnswer {
        let fingerprint = try body.fingerprint("system_fingerprint")
        // Snowflake names no model beside its fingerprint.
        var answer = CallAnswer(model: try body.model(orElse: fingerprint?.isEmpty == false), shows: .completion)
        try body.requireServed(answer.model, "completion", isServed(body))
        answer.fingerprint = fingerprint
        answer.usage = Usage(
            inputTokens: body.tokens("usage", "prompt_tokens"), outputTokens: body.tokens("usage", "completion_tokens"))
        return answer
    }

    /// Members that an echo of the request and an error beside an echoed model lack.
    private static let served = ["id", "object", "created", "choices", "content", "output", "provider", "service_tier"]

    /// Whether anything beside the model's name shows that a model was called.
    private static func isServed(_ body: SuccessBody) -> Bool {
        if body.isStream || body["choices"]?.elements?.isEmpty == false || body["message"]?.isObject == true {
            return true
        }
        if body["system_fingerprint"] != nil { return true }
        if case .object(let members)? = body["usage"]?.value {
            let counts = members.compactMap(\.node.integer)
            // Who counts no token called no model.
            if !counts.isEmpty { return counts.contains { $0 > 0 } }
        }
        if case .bool(true)? = body["success"]?.value { return true }
        return body.has(anyOf: served)
    }

    /// What `refusal` of a chat completion or of the Responses API teaches.
    ///
    /// - Parameter cap: what bounds the output of a chat completion where nothing else was learned.
    static func lesson(
        of refusal: Refusal, to form: CallForm, of target: Target, _ learned: CallVariant, cap: OutputCap
    ) -> CallVariant? {
        CallLesson.of(
            refusal, to: form, learned: learned, cap: isCapped(target) ? nil : learned.cap ?? cap,
            tokens: learned.tokens ?? OutputCap.least, mayAskResponses: target.provider.api == nil)
    }

    private static func isCapped(_ target: Target) -> Bool {
        CallRequest.parameters(of: target).contains { OutputCap(rawValue: $0.name) != nil }
    }

    private static func message(role: String, _ content: String) -> JSONValue {
        .object([.init("role", .string(role)), .init("content", .string(content))])
    }
}
