/// OpenAI's own API.
enum OpenAIDialect: OpenAIStyle {
    static let usualBaseURL: String? = "https://api.openai.com/v1"
    static let credentialVariables = [Dialect.CredentialVariable("OPENAI_API_KEY")]
    static let companionVariables = [
        Dialect.CompanionVariable(name: "OPENAI_ORG_ID", header: "OpenAI-Organization"),
        Dialect.CompanionVariable(name: "OPENAI_PROJECT_ID", header: "OpenAI-Project"),
    ]
    static let keys: Set<DialectKey> = [.api]
    static let cap = OutputCap.completionTokens

    static func lookup(on server: Server?) -> CallForm? { .lookup }

    static func url(_ form: CallForm, of target: Target) -> String {
        let path = form == .lookup ? "models/\(CallRequest.segment(target.model))" : path(of: form)
        return "\(target.provider.baseURL)/\(path)"
    }

    static func read(_ form: CallForm, _ body: SuccessBody, of target: Target) throws(ProbeFailure) -> CallAnswer {
        guard form == .lookup else { return try readCompletion(form, body) }
        // It names a model without saying what an alias stands for; its worth is the date (`shutdown_date`).
        var answer = CallAnswer(model: try body.model("id"), shows: .model)
        answer.takeRetirement(body["shutdown_date"])
        return answer
    }

    static func stubVersion(of model: String) -> VersionIdentity? {
        let hash = SHA256.hexadecimal("openai:\(model)").prefix(8)
        return VersionIdentity(resolvedModel: model, fingerprint: "fp_stub_\(hash)")
    }
}
