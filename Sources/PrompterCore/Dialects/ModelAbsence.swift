/// Whether an error says that the model is not there, or no longer: no status says it, for a proxy answers 404 as well.
struct ModelAbsence {
    /// What belongs to a model or serves it: a code of its absence is none of the model's.
    private static let belongings = [
        "adapter", "architecture", "artifact", "backend", "cache", "channel", "config", "container", "endpoint",
        "engine",
        "family", "file", "format", "gateway", "host", "lora", "node", "page", "pod", "provider", "proxy", "registry",
        "route", "runtime", "server", "service", "template", "tokenizer", "version", "weight", "worker",
    ]
    private static let parts = [
        "notfound", "notexist", "noexist", "unknown", "invalid", "decommission", "deprecat", "notavailable",
        "notsupported", "unsupported", "retired", "nosuch", "notdeployed", "sunset", "discontinued", "removed",
        "shutdown",
    ]
    private static let otherParts = [
        "param", "value", "field", "feature", "operation", "region", "put", "response", "permission", "access",
        "stream", "state",
    ]
    /// What a code of absence only stands for, where the text speaks of it.
    private static let conditions: Set<String> = [
        "verify", "verified", "verification", "tier", "plan", "subscription", "subscribe", "upgrade", "region",
        "country",
        "capacity", "overloaded", "loading", "warming", "temporarily", "maintenance", "cooldown", "busy",
    ]

    private let grammar: AbsenceGrammar

    /// - Parameter model: the name that was asked for.
    init(of model: String) {
        grammar = AbsenceGrammar(of: model)
    }

    func isTold(by words: ErrorWords) -> Bool {
        isCoded(in: words) || isSaid(by: words)
    }

    private func isCoded(in words: ErrorWords) -> Bool {
        words.codes.contains(where: Self.isOfModel)
            && !words.texts.flatMap(Sentence.all).contains { $0.has(anyOf: Self.conditions) }
    }

    /// Whether the error's texts say so, whatever its codes are.
    func isSaid(by words: ErrorWords) -> Bool {
        let isOfParameter = words.parameters.contains { $0.contains("model") || $0.contains("deployment") }
        guard isOfParameter || words.parameters.isSubset(of: ["body", "query", "path"]) else { return false }
        let isNotFound = words.codes.contains {
            ["notfound", "notexist"].contains(where: Self.letters(of: $0).contains)
        }
        return words.texts.flatMap(Sentence.all).contains { sentence in
            // `not_found_error` stands for a path, too, so that the text has to speak of the model and of nothing else.
            if isNotFound, grammar.isName(sentence) { return true }
            return sentence.words.first.map(Self.isOfModel) == true || grammar.isAbsence(sentence)
                || isOfParameter && grammar.isRefusedValue(sentence)
        }
    }

    /// Whether a text says by its very name that the model is gone for good, as a server's failure does not.
    func isNamed(by words: ErrorWords) -> Bool {
        words.texts.flatMap(Sentence.all).contains { sentence in
            grammar.has(nameIn: sentence) && !sentence.has("not available")
                && grammar.isAbsence(sentence)
        }
    }

    private static func isOfModel(_ code: String) -> Bool {
        let code = letters(of: code)
        return (code.contains("model") || code.contains("deployment")) && parts.contains(where: code.contains)
            && !belongings.contains { code.contains("model\($0)") } && !otherParts.contains(where: code.contains)
    }

    private static func letters(of code: String) -> String { code.filter(\.isLetter) }
}
