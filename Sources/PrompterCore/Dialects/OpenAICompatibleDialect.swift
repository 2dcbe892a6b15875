/// Any server that speaks OpenAI's chat completions.
enum OpenAICompatibleDialect: DialectRules {
    static let reservedParameters = OpenAIDialect.reservedParameters

    static func completion(of target: Target, _ learned: LearnedCall) -> CallForm {
        OpenAIDialect.completion(of: target, learned)
    }

    static func lookup(of target: Target) -> CallForm? { target.provider.server == .ollama ? .tags : .lookup }

    /// Where the entry leaves it open, a server that is known to tell more is asked.
    static func companion(of target: Target, after answer: CallAnswer, _ response: HTTPResponse) -> CallForm? {
        let isWanted =
            target.kind == .both || target.provider.probe == nil && ModelListing.tellsMore(than: answer, response)
        return isWanted ? lookup(of: target) : nil
    }

    static func url(_ form: CallForm, of target: Target) -> String {
        // Few of these servers know the address of one model alone.
        if form == .lookup { return "\(target.provider.baseURL)/models" }
        guard form == .tags else { return OpenAIDialect.url(form, of: target) }
        var root = target.provider.baseURL[...]
        if root.hasSuffix("/v1") { root.removeLast("/v1".count) }
        return "\(root)/api/tags"
    }

    static func body(_ form: CallForm, of target: Target, _ learned: LearnedCall) -> [JSONValue.JSONMember] {
        switch form {
        case .tags, .lookup: []
        case .responses: ResponsesAPI.body(of: target, learned)
        default: ChatCompletions.body(of: target, learned, cap: .tokens)
        }
    }

    static func read(_ form: CallForm, _ body: SuccessBody, of target: Target) throws(ProbeFailure) -> CallAnswer {
        if form == .tags { return try OllamaTags.read(body, of: target) }
        if form == .lookup { return try ModelListing.read(body, of: target) }
        var answer = try OpenAIDialect.read(form, body, of: target)
        // Ollama's is this constant, whatever the model (openai/openai.go).
        if target.provider.server == .ollama || answer.fingerprint == "fp_ollama" { answer.fingerprint = nil }
        if target.provider.server == .ollama { answer.shows.remove(.fingerprint) }
        return answer
    }

    static func lesson(
        of refusal: Refusal, to form: CallForm, of target: Target, _ learned: LearnedCall
    ) -> LearnedCall? {
        ChatCompletions.lesson(of: refusal, to: form, of: target, learned, cap: .tokens)
    }
}
