/// Whether an error says that the model is not there, or no longer: no status says it, for a proxy answers 404 as well.
///
/// No list of phrases is complete. These are kinds: a word for the model, or its very name, together with a phrase of absence
/// in the same sentence, and nothing between them that the absence may be of instead.
struct ModelAbsence {
    private static let subjects: Set<String> = [
        "model", "models", "modelid", "model_id", "model-id", "modelname", "model_name", "deployment", "deployments",
    ]
    /// Behind the model: "the model … does not exist".
    private static let behind = [
        "not found", "not be found", "not exist", "not exists", "deprecated", "decommissioned", "retired",
        "no longer available", "no longer supported", "no longer exists", "no longer exist", "no longer served",
        "no longer offered", "no longer active", "no longer accessible", "no longer deployed", "no longer hosted",
        "no longer valid", "shut down", "shutdown", "sunset", "discontinued", "removed", "end of life", "end-of-life",
        "end of its life", "eol", "not available", "not supported", "not recognized", "not recognised", "not valid",
        "not a valid", "nonexistent", "not deployed", "not served", "not hosted", "not registered", "not known",
        "not offered", "does not match any", "gone",
    ]
    /// Behind the model and at the end, for more may follow: "model x: invalid value".
    private static let last = ["invalid", "unknown", "unrecognized", "unrecognised"]
    /// Before the model: "no such model".
    private static let before = [
        "no such", "unknown", "invalid", "unsupported", "non-serverless", "unrecognized", "unrecognised", "nonexistent",
        "non-existent", "not a valid", "not a supported", "not supported", "not found", "not exist", "not find",
        "not locate", "not resolve", "unable to find", "unable to locate", "failed to find", "deprecated",
        "decommissioned", "retired", "discontinued",
    ]
    private static let fillers: Set<String> = [
        "the", "a", "an", "any", "requested", "specified", "provided", "given", "real", "foundation", "such", "this",
        "your", "matching", "following",
    ]
    private static let existing: Set<String> = [
        "named", "called", "found", "matching", "matches", "exists", "with", "for",
    ]
    /// What may be absent in place of the model.
    private static let others: Set<String> = [
        "parameter", "parameters", "argument", "arguments", "value", "values", "field", "fields", "feature", "tool",
        "tools", "image", "images", "file", "files", "role", "context", "length", "input", "inputs", "output",
        "outputs", "prompt", "message", "messages", "response", "support", "supports", "option", "options", "operation",
        "type", "settings", "url", "route", "path", "key", "temperature", "top_p", "top_k", "seed", "functions",
        "max_tokens", "system", "max_completion_tokens", "stream", "stop", "logprobs", "reasoning_effort", "thinking",
        "store",
    ]
    /// What belongs to a model and may be absent in its place, before or behind it.
    private static let belongings: Set<String> = [
        "tokenizer", "template", "adapter", "lora", "settings", "server", "servers", "worker", "workers", "pod",
        "cache",
        "config", "configuration", "page", "route", "router", "channel", "channels", "container",
    ]
    /// What makes it a matter of time or place.
    private static let passing: Set<String> = [
        "currently", "temporarily", "temporary", "capacity", "overloaded", "busy", "loading", "moment", "upstream",
        "again", "healthy", "cooldown", "region", "country", "location", "yet",
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

    let model: String

    /// - Parameter model: the name that was asked for.
    init(of model: String) {
        self.model = model.lowercased()
    }

    func isTold(by words: ErrorWords) -> Bool {
        words.codes.contains(where: Self.isOfModel) || isSaid(by: words)
    }

    /// Whether the error's texts say so, whatever its codes are.
    func isSaid(by words: ErrorWords) -> Bool {
        let isOfParameter = words.parameters.contains { $0.contains("model") || $0.contains("deployment") }
        guard isOfParameter || words.parameters.isSubset(of: ["body", "query", "path"]) else { return false }
        let sentences = words.texts.flatMap(Sentence.all)
        let isNotFound = words.codes.contains {
            ["notfound", "notexist"].contains(where: Self.letters(of: $0).contains)
        }
        return sentences.contains { sentence in
            // `not_found_error` stands for a path, too, so that the text has to speak of a model.
            if isNotFound, isNamed(in: sentence) { return true }
            return isAbsent(in: sentence) || isOfParameter && isRefused(in: sentence)
        }
    }

    /// Whether a text says by its very name that the model is gone for good, as a server's failure does not.
    func isNamed(by words: ErrorWords) -> Bool {
        words.texts.flatMap(Sentence.all).contains { sentence in
            sentence.words.contains(model) && !sentence.has("not available") && isAbsent(in: sentence)
        }
    }

    /// Whether all that a sentence is about is the model: "model: x", or its very name.
    private func isNamed(in sentence: Sentence) -> Bool {
        guard !sentence.has(anyOf: Self.belongings), !sentence.has(anyOf: Self.passing) else { return false }
        return sentence.words.first == "model"
            || sentence.words.contains { $0.hasPrefix("models/") || $0.utf8.count > 2 && $0 == model }
    }

    private static func isOfModel(_ code: String) -> Bool {
        let code = letters(of: code)
        return (code.contains("model") || code.contains("deployment")) && parts.contains(where: code.contains)
            && !otherParts.contains(where: code.contains)
    }

    private static func letters(of code: String) -> String { code.filter(\.isLetter) }

    private func isSubject(_ word: String) -> Bool {
        Self.subjects.contains(word) || word.hasPrefix("models/") || word.utf8.count > 2 && word == model
    }

    private func isAbsent(in sentence: Sentence) -> Bool {
        let words = sentence.words
        if sentence.has("no endpoints found for") || sentence.has("given endpoint does not exist") { return true }
        if words.contains(where: Self.isOfModel) { return true }
        if words.contains(where: { $0.contains("模型不存在") || $0.contains("模型未找到") }) { return true }
        guard !sentence.has(anyOf: Self.passing) else { return false }
        return words.indices.contains { place in
            if isSubject(words[place]) {
                return !words[..<place].suffix(4).contains(where: Self.belongings.contains)
                    && isAbsence(behind: place, in: sentence)
            }
            if words[place] == "no", place + 2 < words.count, isSubject(words[place + 1]) {
                return Self.existing.contains(words[place + 2])
            }
            guard let end = Self.before.lazy.compactMap({ sentence.begins($0, at: place) }).first else { return false }
            let rest = words[end...].prefix(4).drop(while: Self.fillers.contains)
            guard let subject = rest.first, isSubject(subject) else { return false }
            return rest.dropFirst().first.map { !Self.others.contains($0) && !Self.belongings.contains($0) } ?? true
        }
    }

    private func isAbsence(behind place: Int, in sentence: Sentence) -> Bool {
        let words = sentence.words
        for next in words.indices.dropFirst(place + 1).prefix(12) {
            if let end = Self.behind.lazy.compactMap({ sentence.begins($0, at: next) }).first {
                // "Not supported for", "… with", "… in": something else is wanted of it than to be there.
                let isOfUse = words[next..<end].last == "supported" && words[next] == "not"
                return !isOfUse || end == words.count || !["for", "with", "in", "when", "on"].contains(words[end])
            }
            if next == words.count - 1, Self.last.contains(words[next]) { return true }
            if Self.others.contains(words[next]) || Self.belongings.contains(words[next]) { return false }
        }
        return false
    }

    /// Whether a refusal of the parameter `model` says that it is none of those that there are.
    private func isRefused(in sentence: Sentence) -> Bool {
        sentence.words.indices.contains { place in
            (Self.behind + ["input should be", "not permitted", "invalid", "unknown"]).contains {
                sentence.begins($0, at: place) != nil
            }
        } && !sentence.has(anyOf: ["string", "required", "missing"])
    }
}
