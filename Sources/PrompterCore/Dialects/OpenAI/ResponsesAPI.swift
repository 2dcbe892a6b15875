/// OpenAI's Responses API (https://platform.openai.com/docs/api-reference/responses/create). It has no fingerprint, and an
/// answer that its cap cuts short is a success, so that what a reasoning model costs is bounded.
enum ResponsesAPI {
    static let reservedParameters: Set<String> = ["input"]

    /// Parameters of chat completions that it does not have, and would refuse.
    private static let chatOnly: Set<String> = [
        "frequency_penalty", "logit_bias", "logprobs", "presence_penalty", "response_format", "seed", "stop",
    ]

    static func body(of target: Target, _ learned: CallVariant) -> [JSONValue.JSONMember] {
        var own: [JSONValue.JSONMember] = [.init("model", .string(target.model)), .init("input", .string("x"))]
        if let instructions = target.systemInstructions { own.append(.init("instructions", .string(instructions))) }
        own.append(.init("max_output_tokens", .integer(learned.tokens ?? OutputCap.least)))
        if !learned.leavesOutStore { own.append(.init("store", .bool(false))) }
        own += learned.streamMember
        let parameters = CallRequest.parameters(of: target).filter { !chatOnly.contains($0.name) }
        return CallRequest.body(own, parameters: parameters.map(translated))
    }

    static func read(_ body: SuccessBody) throws(ProbeFailure) -> CallAnswer {
        var answer = CallAnswer(model: try body.model(), shows: .model)
        try body.requireServed(
            answer.model, "response", body.has(anyOf: ["output", "status", "usage", "id", "object", "choices"]))
        answer.usage = Usage(
            inputTokens: body.tokens("usage", "input_tokens"), outputTokens: body.tokens("usage", "output_tokens"))
        return answer
    }

    /// A parameter of a chat completion under the name that it has here: the watch's parameters were written for that.
    private static func translated(_ parameter: JSONValue.JSONMember) -> JSONValue.JSONMember {
        if OutputCap(rawValue: parameter.name) != nil {
            var cap = OutputCap.least
            if case .number(let digits) = parameter.value { cap = max(cap, Int(digits) ?? cap) }
            return .init("max_output_tokens", .integer(cap))
        }
        guard parameter.name == "reasoning_effort" else { return parameter }
        return .init("reasoning", .object([.init("effort", parameter.value)]))
    }
}
