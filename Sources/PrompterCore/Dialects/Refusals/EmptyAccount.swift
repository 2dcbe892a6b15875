/// Whether an error says that the account's money, or what it may spend, is used up. Providers say so with any status.
enum EmptyAccount {
    private static let money: Set<String> = [
        "balance", "credit", "credits", "fund", "funds", "wallet", "prepayment", "budget",
    ]
    private static let lack: Set<String> = [
        "insufficient", "exhausted", "depleted", "low", "empty", "used", "enough", "negative", "exceeded", "requires",
        "lacks", "zero", "spent", "consumed",
    ]
    private static let lacks = ["run out", "ran out", "out of", "no more", "none left"]
    private static let passed: Set<String> = ["reached", "exceeded", "exceeds", "hit", "exhausted", "used", "over"]
    /// A quota that comes back within the hour is a rate.
    private static let rates: Set<String> = [
        "minute", "second", "rpm", "tpm", "rps", "minutes", "seconds", "rate", "requests/min", "tokens/min",
    ]
    private static let limits = [
        "usage limit", "usage limits", "spend limit", "spend limits", "spending limit", "spending limits",
        "spending cap", "spend cap", "billing limit", "billing hard limit", "credit limit", "monthly limit",
        "key limit", "cost limit", "hard limit",
    ]
    private static let phrases = [
        "balance is 0", "balance of 0", "out of credits", "out of credit", "out of funds", "no credits", "no credit",
        "no remaining credits", "no available credits", "in arrears", "payment required", "recharge", "top up",
        "add funds", "billing not active", "not active please check your billing", "no resource package",
        "more credits", "payment is overdue", "payment overdue", "overdue payment", "outstanding balance", "unpaid",
        "non-payment", "subscription expired", "subscription has expired",
        "no quota left", "no quota remaining", "no remaining quota",
    ]
    private static let frees = ["free tier", "free quota", "free allocated quota", "free allocation"]
    /// Whose quota, or of how long, is the account's.
    private static let periods: Set<String> = [
        "plan", "billing", "monthly", "yearly", "account", "payment", "subscription", "user",
    ]
    private static let others = ["余额不足", "欠费", "额度不足", "额度已用尽"]
    private static let codes: Set<String> = [
        "1113", "arrearage", "payment_required", "usage_limit_reached", "exceeded_current_quota_error",
    ]

    static func isTold(by words: ErrorWords) -> Bool {
        if words.codes.contains(where: isCode) { return true }
        // Google says "You exceeded your current quota" of its rates.
        let isRate = words.codes.contains("resource_exhausted")
        return words.texts.contains { text in
            others.contains { text.contains($0) }
                || Sentence.all(in: text).contains { isTold(by: $0, isRate: isRate) }
        }
    }

    private static func isCode(_ code: String) -> Bool {
        if codes.contains(code) { return true }
        let code = code.filter(\.isLetter)
        if code.contains("loadbalanc") { return false }
        func has(_ parts: [String]) -> Bool { parts.contains { code.contains($0) } }
        if has(["insufficient"]), has(["quota", "balance", "credit", "fund"]) { return true }
        if has(["quota"]) { return has(["exhaust", "account"]) }
        return has(["credit", "balance", "budget", "billing", "spend", "prepay"])
            && has(["exhaust", "deplet", "exceed", "limit", "notactive", "low", "error", "reached", "outof"])
    }

    private static func isTold(by sentence: Sentence, isRate: Bool) -> Bool {
        if phrases.contains(where: sentence.has) { return true }
        // A budget of tokens is nobody's money.
        if sentence.has(anyOf: money), sentence.has(anyOf: lack) || lacks.contains(where: sentence.has),
            !sentence.has("rate limit"), !sentence.has(anyOf: ["thinking", "reasoning", "token", "tokens"])
        {
            return true
        }
        guard !sentence.has(anyOf: rates) else { return false }
        if limits.contains(where: sentence.has), sentence.has(anyOf: passed) { return true }
        if sentence.has("trial"), sentence.has(anyOf: ["expired", "ended", "over"]) { return true }
        guard !isRate else { return false }
        if frees.contains(where: sentence.has), sentence.has(anyOf: passed) { return true }
        guard sentence.words.contains("quota") else { return false }
        if sentence.has("insufficient") { return true }
        guard sentence.has(anyOf: passed) || lacks.contains(where: sentence.has) else { return false }
        // One model's quota of the day leaves the others theirs.
        return sentence.has(anyOf: periods)
            || sentence.has(anyOf: ["daily", "weekly", "key"]) && !sentence.words.contains("model")
    }
}
