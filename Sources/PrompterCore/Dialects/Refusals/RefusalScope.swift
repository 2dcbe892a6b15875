/// Whose trouble a refusal shows.
enum RefusalScope {
    private static let models = ["model", "deployment"]
    private static let accounts: Set<String> = [
        "account", "accounts", "organization", "organisation", "organization's", "org", "project", "project-wide",
        "workspace", "tenant", "subscription", "user", "team", "globally", "global", "account-wide", "account-level",
        "organization-level", "project-level",
    ]

    /// - Returns: `nil` for the usual one of `failureClass`.
    static func of(_ refusal: Refusal, _ failureClass: FailureClass) -> FailureScope? {
        switch failureClass {
        case .auth: ofAuth(refusal)
        case .rateLimited: isOfAccount(refusal) ? .provider : .target
        default: nil
        }
    }

    /// What is forbidden may be one model; that a key is none is every model's trouble. A bare "unauthorized" is either.
    private static func ofAuth(_ refusal: Refusal) -> FailureScope {
        if RefusalClass.isInvalidKey(refusal) { return .provider }
        if isForbidden(refusal) { return isOfModel(refusal) ? .target : .unknown }
        return RefusalClass.speaksOfKey(refusal.words, or: accounts) ? .provider : .unknown
    }

    private static func isForbidden(_ refusal: Refusal) -> Bool {
        refusal.status == 403 || refusal.words.codes.contains { $0.contains("model") && $0.contains("access") }
            || refusal.status != 401
                && refusal.words.codes.contains { $0.contains("permission") || $0.contains("forbidden") }
    }

    /// Limits are mostly of one model, also where the text says whose they are; it means the account where it says no model.
    private static func isOfAccount(_ refusal: Refusal) -> Bool {
        if let type = refusal.limitType?.lowercased() {
            return type.contains("user") && !models.contains(where: type.contains)
        }
        let ids = refusal.words.codes.filter { $0.contains("perproject") }
        if !ids.isEmpty { return !ids.contains { $0.contains("permodel") } }
        if refusal.words.codes.contains(where: { $0.contains("account") }) { return true }
        guard !isOfModel(refusal) else { return false }
        return refusal.words.texts.flatMap(Sentence.all).contains {
            $0.has(anyOf: accounts) || $0.has("api key") || $0.has("your key")
        }
    }

    /// Whether it speaks of a model.
    private static func isOfModel(_ refusal: Refusal) -> Bool {
        refusal.words.codes.contains { $0.contains("model") }
            || refusal.words.texts.flatMap(Sentence.all).contains { sentence in
                sentence.words.contains { word in
                    models.contains(where: word.contains) || word == refusal.model.lowercased()
                }
            }
    }
}
