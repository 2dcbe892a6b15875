/// OpenAI's chat completions, as OpenAI, Azure and all who imitate them speak them
/// (https://platform.openai.com/docs/api-reference/chat/create).
enum ChatCompletions {
    static let reservedParameters: Set<String> = ["model", "messages", "stream", "n"]

    /// - Parameter cap: what bounds the output, unless the watch bounds it itself.
    static func body(of target: Target, cap: OutputCap) -> [JSONValue.JSONMember] {
        var messages: [JSONValue] = []
        if let instructions = target.systemInstructions { messages.append(message(role: "system", instructions)) }
        messages.append(message(role: "user", "x"))
        var body: [JSONValue.JSONMember] = [.init("model", .string(target.model)), .init("messages", .array(messages))]
        if !isCapped(target) { body.append(.init(cap.rawValue, .integer(OutputCap.least))) }
        return CallRequest.body(body, parametersOf: target)
    }

    static func read(_ body: SuccessBody) throws(ProbeFailure) -> CallAnswer {
        var answer = CallAnswer(model: try body.model(), shows: .completion)
        answer.fingerprint = try body.name("system_fingerprint")
        answer.usage = Usage(
            inputTokens: Usage.tokens(in: body.root["usage"]?["prompt_tokens"]),
            outputTokens: Usage.tokens(in: body.root["usage"]?["completion_tokens"]))
        return answer
    }

    /// Whether `refusal` is of `cap`, which the probe set: OpenAI's `unsupported_parameter` and `unsupported_value`, or, from
    /// Azure's older versions, words alone.
    static func isOfCap(_ refusal: Refusal, _ cap: OutputCap, _ target: Target) -> Bool {
        guard refusal.status == 400, !isCapped(target) else { return false }
        if refusal.parameter == cap.rawValue {
            return !refusal.codes.isDisjoint(with: ["unsupported_parameter", "unsupported_value", "unknown_parameter"])
        }
        return ["Unsupported parameter: '\(cap.rawValue)'", "Unrecognized request argument supplied: \(cap.rawValue)"]
            .contains { refusal.message.hasPrefix($0) }
    }

    /// Whether a reasoning model had no tokens left to answer with. There is no code for it, only these words.
    static func isOfTooSmallCap(_ refusal: Refusal) -> Bool {
        refusal.status == 400
            && refusal.message.contains(
                "Could not finish the message because max_tokens or model output limit was reached")
    }

    private static func isCapped(_ target: Target) -> Bool {
        CallRequest.parameters(of: target).contains { OutputCap(rawValue: $0.name) != nil }
    }

    private static func message(role: String, _ content: String) -> JSONValue {
        .object([.init("role", .string(role)), .init("content", .string(content))])
    }
}
