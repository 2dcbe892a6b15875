/// Which class an error of a provider is of. Its types, codes and words come first, since a gateway has one status for many
/// things; the status decides where they say nothing.
enum RefusalClass {
    /// The key is none: OpenAI, Google (400).
    private static let invalidKey: Set<String> = ["invalid_api_key", "api_key_invalid", "invalidapikey"]
    private static let keys: Set<String> = [
        "apikey", "api-key", "api_key", "x-api-key", "credentials", "credential", "authentication", "login",
        "authorization",
    ]
    private static let keyNames: Set<String> = [
        "key", "keys", "token", "tokens", "bearer", "oauth", "jwt", "secret", "signature", "auth", "apikeys",
    ]
    private static let faults: Set<String> = [
        "invalid", "incorrect", "expired", "missing", "revoked", "wrong", "fail", "failed", "fails",
    ]
    private static let overload: Set<String> = [
        "overloaded_error", "overloaded", "server_error", "internal_server_error", "internal_error",
        "service_unavailable", "engine_overloaded",
    ]
    private static let serverWords = [
        "overloaded", "internal error", "server error", "timed out", "timeout", "unavailable", "upstream",
        "bad gateway", "provider returned error", "try again", "too busy", "no healthy", "capacity",
    ]
    private static let serverCodes = [
        "server", "api_error", "apierror", "overloaded", "internal", "timeout", "deadline", "unavailable", "upstream",
        "gateway",
    ]

    /// Limits of how often is asked.
    private static let rates = [
        "request limit", "requests limit", "qps limit", "rpm limit", "tpm limit", "call limit", "concurrency limit",
        "hourly limit", "daily limit",
    ]

    static func of(_ refusal: Refusal) -> FailureClass {
        let (status, words) = (refusal.status, refusal.words)
        // No redirect is followed, so that no credential goes where nobody sent it.
        if (300...399).contains(status) { return status == 304 ? .malformed : .address }
        if status == 413 { return .invalidRequest }
        if EmptyAccount.isTold(by: words) { return .quota }
        if isInvalidKey(refusal) { return .auth }
        // Gateways give a code of a model that is gone where they only have no server free for it: with these statuses its text has
        // to say so.
        let absence = ModelAbsence(of: refusal.model)
        let isDoubtful = status == 401 && isOfKey(words) || status == 429 && isRate(words)
        if !isDoubtful,
            [401, 429].contains(status) ? absence.isSaid(by: words) : status >= 500 && absence.isNamed(by: words)
        {
            return .notFound
        }
        if status == 401 { return isRate(words) ? .rateLimited : .auth }
        if status == 402 { return .quota }
        // 498: Groq has no room at this tier.
        if status == 429 || status == 498 { return .rateLimited }
        if status >= 500 { return isRate(words) ? .rateLimited : .serverError }
        if [408, 409, 425].contains(status) { return .serverError }
        // The model is there, behind another API.
        if CallLesson.isOfChat(refusal) { return .invalidRequest }
        if isRate(words) ? absence.isSaid(by: words) : absence.isTold(by: words) { return .notFound }
        switch status {
        case 404 where isRate(words), 410 where isRate(words): return .rateLimited
        case 404 where isOfKey(words), 410 where isOfKey(words): return .auth
        case 404, 410: return .address
        case 405 where words.texts.isEmpty: return .address
        case 403: return isRate(words) ? .rateLimited : .auth
        case 400...499:
            if isOfKey(words) { return .auth }
            if isRate(words) { return .rateLimited }
            return words.codes.isDisjoint(with: overload) ? .invalidRequest : .serverError
        case 200...299 where refusal.isInside: return ofWords(words)
        default: return .malformed
        }
    }

    static func isInvalidKey(_ refusal: Refusal) -> Bool {
        !refusal.words.codes.isDisjoint(with: invalidKey)
    }

    /// What an error inside a success says that gives no status.
    private static func ofWords(_ words: ErrorWords) -> FailureClass {
        if isOfKey(words) { return .auth }
        if isRate(words) { return .rateLimited }
        func has(code parts: [String]) -> Bool { words.codes.contains { code in parts.contains(where: code.contains) } }
        if has(code: ["permission", "forbidden"]) { return .auth }
        if has(code: ["invalid", "bad_request", "badrequest", "validation"]) { return .invalidRequest }
        let texts = words.texts.map { $0.lowercased() }
        if has(code: serverCodes) || texts.contains(where: { text in serverWords.contains(where: text.contains) }) {
            return .serverError
        }
        return .malformed
    }

    private static func isRate(_ words: ErrorWords) -> Bool {
        func isRate(_ text: String) -> Bool {
            ["ratelimit", "toomanyrequests", "throttl", "resourceexhausted"].contains(
                where: text.lowercased().filter(\.isLetter).contains)
        }
        return words.codes.contains(where: isRate) || words.texts.contains(where: isRate)
            || words.texts.flatMap(Sentence.all).contains { sentence in
                rates.contains(where: sentence.has) && sentence.has(anyOf: ["reached", "exceeded", "exceeds", "hit"])
                    && !sentence.has(anyOf: ["context", "length", "size", "bytes"])
            }
    }

    /// Whether a refusal has a word of a key, or one of `accounts`.
    static func speaksOfKey(_ words: ErrorWords, or accounts: Set<String>) -> Bool {
        let codes = words.codes.contains { code in
            ["authenticat", "credential", "apikey", "api_key", "token", "account", "organization", "project"].contains(
                where: code.contains)
        }
        return codes
            || words.texts.flatMap(Sentence.all).contains { sentence in
                sentence.has(anyOf: keys.union(keyNames)) || sentence.has(anyOf: accounts)
            }
    }

    private static func isOfKey(_ words: ErrorWords) -> Bool {
        if words.codes.contains(where: {
            ["authentication", "unauthorized", "unauthenticated"].contains(where: $0.contains)
        }) {
            return true
        }
        return words.texts.flatMap(Sentence.all).contains { sentence in
            (sentence.has(anyOf: keys) || sentence.has("api key") || sentence.has("access token"))
                && (sentence.has(anyOf: faults) || sentence.has("not valid"))
        }
    }
}
