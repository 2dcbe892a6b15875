/// Whether an error says that the model is not there, or no longer: no status says it, for a proxy answers 404 as well.
struct ModelAbsence {
    /// What belongs to a model: the absence of one is none of the model's.
    private static let belongings: Set<String> = [
        "adapter", "artifact", "cache", "config", "file", "lora", "page", "route", "template", "tokenizer", "weight",
        "worker",
    ]
    private static let servers: Set<String> = [
        "architecture", "backend", "channel", "container", "endpoint", "engine", "family", "format", "gateway", "host",
        "node",
        "pod", "provider", "proxy", "registry", "runtime", "server", "service", "version",
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
    private static let conditions = belongings.union([
        "allowed", "capacity", "cooldown", "country", "maintenance", "overloaded", "permitted", "plan", "region",
        "subscribe",
        "subscription", "temporarily", "tier", "upgrade", "verification", "verified", "verify",
    ]).union(arriving)
    private static let arriving: Set<String> = [
        "being", "downloading", "downloaded", "loading", "starting", "warming",
    ]
    /// How a sentence begins that only says what to do about a deprecated model.
    private static let advice: Set<String> = [
        "check", "consider", "for", "learn", "migrate", "please", "refer", "see", "switch", "try", "upgrade", "use",
        "visit",
        "you",
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
        return isAny(of: words) { sentence in
            // `not_found_error` stands for a path, too, so that the text has to speak of the model and of nothing else.
            if isNotFound, grammar.isName(sentence) { return true }
            return sentence.words.first.map(Self.isOfModel) == true || grammar.isAbsence(sentence)
                || isOfParameter && grammar.isRefusedValue(sentence)
        }
    }

    /// Whether a text says by its very name that the model is gone for good, as a server's failure does not.
    func isNamed(by words: ErrorWords) -> Bool {
        isAny(of: words) { sentence in
            grammar.has(nameIn: sentence) && !sentence.has("not available") && grammar.isAbsence(sentence)
        }
    }

    /// Whether a sentence says it, and none beside it says that the model is on its way, or what else is wrong.
    private func isAny(of words: ErrorWords, _ isSaid: (Sentence) -> Bool) -> Bool {
        words.texts.map(Sentence.all).contains { sentences in
            guard !sentences.contains(where: { $0.has(anyOf: Self.arriving) }) else { return false }
            return sentences.indices.contains { place in
                guard isSaid(sentences[place]) else { return false }
                let others = sentences[..<place] + sentences[(place + 1)...]
                return !sentences[place].has("deprecated")
                    || others.allSatisfy { $0.words.first.map(Self.advice.contains) == true }
            }
        }
    }

    private static func isOfModel(_ code: String) -> Bool {
        let code = letters(of: code)
        return (code.contains("model") || code.contains("deployment")) && parts.contains(where: code.contains)
            && !belongings.union(servers).contains { code.contains("model\($0)") }
            && !otherParts.contains(where: code.contains)
    }

    private static func letters(of code: String) -> String { code.filter(\.isLetter) }
}
