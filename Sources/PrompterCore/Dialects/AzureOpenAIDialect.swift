/// Azure OpenAI: deployments with a dated `api-version`, or without one the v1 API, which is OpenAI's own
/// (https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle).
///
/// It has no lookup: what the data plane tells is of the base model, not of what a deployment stands for now.
enum AzureOpenAIDialect: DialectRules {
    static let reservedParameters = OpenAIDialect.reservedParameters

    static func authentication(_ credential: Credential) -> HTTPHeader {
        HTTPHeader("api-key", credential.reveal())
    }

    static func completion(of target: Target, _ learned: LearnedCall) -> CallForm {
        OpenAIDialect.completion(of: target, learned)
    }

    static func url(_ form: CallForm, of target: Target) -> String {
        let base = target.provider.baseURL
        let path = form == .responses ? "responses" : "chat/completions"
        // Deployments have no Responses API; every resource has the v1 API, which needs no version.
        guard let version = target.provider.apiVersion, form != .responses else {
            if base.hasSuffix("/v1") { return "\(base)/\(path)" }
            if base.hasSuffix("/openai/deployments") { return "\(base.dropLast("/deployments".count))/v1/\(path)" }
            return base.hasSuffix("/openai") ? "\(base)/v1/\(path)" : "\(base)/openai/v1/\(path)"
        }
        // The portal shows the address with one of these ends, or with none.
        var root = base[...]
        for end in ["/v1", "/deployments"] where root.hasSuffix("/openai\(end)") { root.removeLast(end.count) }
        if !root.hasSuffix("/openai") { root += "/openai" }
        return "\(root)/deployments/\(CallRequest.segment(target.model))/\(path)?api-version=\(version)"
    }

    static func body(_ form: CallForm, of target: Target, _ learned: LearnedCall) -> [JSONValue.JSONMember] {
        OpenAIDialect.body(form, of: target, learned)
    }

    static func read(_ form: CallForm, _ body: SuccessBody, of target: Target) throws(ProbeFailure) -> CallAnswer {
        var answer = try OpenAIDialect.read(form, body, of: target)
        // Names the session of the backend that answered; gateways take it out.
        answer.metadata = try body.header("azureml-model-session")
        answer.shows.insert(.metadata)
        return answer
    }

    static func lesson(
        of refusal: Refusal, to form: CallForm, of target: Target, _ learned: LearnedCall
    ) -> LearnedCall? {
        OpenAIDialect.lesson(of: refusal, to: form, of: target, learned)
    }
}
