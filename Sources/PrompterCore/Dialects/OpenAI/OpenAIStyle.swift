/// What OpenAI's own API, Azure's and every imitation have alike: chat completions and the Responses API.
protocol OpenAIStyle: DialectRules {
    /// What bounds the output of a chat completion where nothing else was learned, unless the watch bounds it itself.
    static var cap: OutputCap { get }
}

extension OpenAIStyle {
    static var reservedParameters: Set<String> {
        ChatCompletions.reservedParameters.union(ResponsesAPI.reservedParameters)
    }

    static func completion(of target: Target, _ learned: CallVariant) -> CallForm {
        target.provider.api ?? learned.form ?? .chat
    }

    /// Where `form` is called, behind the base URL.
    static func path(of form: CallForm) -> String { form == .responses ? "responses" : "chat/completions" }

    static func body(_ form: CallForm, of target: Target, _ learned: CallVariant) -> [JSONValue.JSONMember] {
        if form.isFree { return [] }
        return form == .responses
            ? ResponsesAPI.body(of: target, learned) : ChatCompletions.body(of: target, learned, cap: cap)
    }

    /// What a completion says, in either API.
    static func readCompletion(_ form: CallForm, _ body: SuccessBody) throws(ProbeFailure) -> CallAnswer {
        form == .responses ? try ResponsesAPI.read(body) : try ChatCompletions.read(body)
    }

    static func lesson(
        of refusal: Refusal, to form: CallForm, of target: Target, _ learned: CallVariant
    ) -> CallVariant? {
        ChatCompletions.lesson(of: refusal, to: form, of: target, learned, cap: cap)
    }
}
