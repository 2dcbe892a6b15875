/// Which class an error of a provider is of. Statuses decide, and words where providers give one status to different things.
enum RefusalClass {
    /// The account's money or its contingent is used up: OpenAI (429, and 400 for its hard limit), Anthropic (402).
    private static let quota: Set<String> = [
        "insufficient_quota", "credit_balance_exhausted", "billing_hard_limit_reached", "billing_not_active",
        "billing_error",
    ]
    /// The model is not there, or not for this account: OpenAI (404, 403, and 400 of the Responses API), Azure, and with 400
    /// GitHub, Mistral, Groq, Hugging Face.
    private static let notFound: Set<String> = [
        "model_not_found", "deploymentnotfound", "unknown_model", "invalid_model", "model_decommissioned",
        "model_not_supported",
    ]
    /// The key is none: OpenAI, Google (400).
    private static let invalidKey: Set<String> = ["invalid_api_key", "api_key_invalid"]

    /// What a 400 or a 429 says in words alone: Anthropic's and xAI's empty account, xAI's and Google's bad key, the unknown
    /// model of DeepSeek, OpenRouter and LiteLLM.
    private static let sentences: [(text: String, failureClass: FailureClass)] = [
        ("credit balance is too low", .quota), ("used all available credits", .quota),
        ("incorrect api key provided", .auth), ("api key not valid", .auth),
        ("model not exist", .notFound), ("is not a valid model id", .notFound),
        ("invalid model name passed in model", .notFound),
    ]

    static func of(_ refusal: Refusal) -> FailureClass {
        switch refusal.status {
        case 400...499: ofRequest(refusal)
        case 500...599: .serverError
        // No redirect is followed, so that no credential goes where nobody sent it.
        default: .malformed
        }
    }

    static func isInvalidKey(_ refusal: Refusal) -> Bool {
        !refusal.codes.isDisjoint(with: invalidKey)
    }

    private static func ofRequest(_ refusal: Refusal) -> FailureClass {
        if refusal.status == 401 || isInvalidKey(refusal) { return .auth }
        if refusal.status == 402 || !refusal.codes.isDisjoint(with: quota) { return .quota }
        switch refusal.status {
        case 404, 410: return .notFound
        // 498: Groq has no room at this tier.
        case 429, 498: return sentence(refusal) == .quota ? .quota : .rateLimited
        case 408, 409: return .serverError
        default: break
        }
        if !refusal.codes.isDisjoint(with: notFound) { return .notFound }
        if refusal.status == 403 { return .auth }
        guard refusal.status == 400 else { return .invalidRequest }
        return sentence(refusal) ?? .invalidRequest
    }

    private static func sentence(_ refusal: Refusal) -> FailureClass? {
        let message = refusal.message.lowercased()
        return sentences.first { message.contains($0.text) }?.failureClass
    }
}
