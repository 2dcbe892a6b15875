/// OpenAI's own API.
enum OpenAIDialect: DialectRules {
    static let reservedParameters = ChatCompletions.reservedParameters.union(ResponsesAPI.reservedParameters)

    static func completion(of target: Target, _ learned: LearnedCall) -> CallForm {
        target.provider.api ?? learned.form ?? .chat
    }

    static func lookup(of target: Target) -> CallForm? { .lookup }

    static func url(_ form: CallForm, of target: Target) -> String {
        switch form {
        case .lookup: "\(target.provider.baseURL)/models/\(CallRequest.segment(target.model))"
        case .responses: "\(target.provider.baseURL)/responses"
        default: "\(target.provider.baseURL)/chat/completions"
        }
    }

    static func body(_ form: CallForm, of target: Target, _ learned: LearnedCall) -> [JSONValue.JSONMember] {
        switch form {
        case .lookup: []
        case .responses: ResponsesAPI.body(of: target, learned)
        default: ChatCompletions.body(of: target, learned, cap: .completionTokens)
        }
    }

    static func read(_ form: CallForm, _ body: SuccessBody, of target: Target) throws(ProbeFailure) -> CallAnswer {
        switch form {
        case .lookup:
            // It names a model without saying what an alias stands for; its worth is the date (`shutdown_date`).
            var answer = CallAnswer(model: try body.model("id"), shows: .model)
            answer.takeRetirement(body["shutdown_date"])
            return answer
        case .responses: return try ResponsesAPI.read(body)
        default: return try ChatCompletions.read(body)
        }
    }

    static func lesson(
        of refusal: Refusal, to form: CallForm, of target: Target, _ learned: LearnedCall
    ) -> LearnedCall? {
        ChatCompletions.lesson(of: refusal, to: form, of: target, learned, cap: .completionTokens)
    }
}
