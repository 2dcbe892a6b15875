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
        "not offered", "does not match any", "gone", "archived", "was moved", "been moved", "moved to", "renamed",
        "replaced by", "superseded", "withdrawn",
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
        "config", "configuration", "page", "route", "router", "channel", "channels", "container", "architecture",
        "architectures", "weights",
    ]
    /// What serves models: it may be absent itself where it stands right behind the word for the model, as in "model gateway",
    /// and elsewhere only tells who speaks, or where.
    private static let servers: Set<String> = [
        "gateway", "backend", "backends", "provider", "providers", "endpoint", "endpoints", "engine", "service",
        "proxy",
        "runtime", "registry", "family", "format", "class", "loader", "host", "node",
    ]
    /// Before a server that is only a place: "not found on this backend".
    private static let places: Set<String> = [
        "on", "at", "by", "for", "from", "in", "with", "via", "of", "to", "through",
    ]
    /// What an absence is of that names nothing else than the model: "resource not found: model x".
    private static let anything: Set<String> = [
        "resource", "resources", "entity", "object", "item", "error", "exception", "request", "requested", "status",
        "following", "name", "it", "which", "that", "model", "models", "deployment",
    ]
    private static let auxiliaries: Set<String> = [
        "was", "were", "is", "are", "be", "been", "has", "have", "had", "could", "can", "does", "do", "did", "the", "a",
    ]
    /// What may stand between the model and its absence: another noun would be what is absent.
    private static let between: Set<String> = auxiliaries.union(fillers).union([
        "model", "models", "id", "name", "named", "called", "with", "it", "you", "that", "which", "this", "we", "or",
        "and",
        "either", "no", "longer", "now", "been", "being", "by", "at", "in", "on", "for", "of", "to",
        "as",
        "endpoint", "version", "identifier", "reached", "currently", "requested", "provided", "specified",
        "used", "using", "request",
        "not",
    ])
    /// What makes it a matter of time or place.
    private static let passing: Set<String> = [
        "currently", "temporarily", "temporary", "capacity", "overloaded", "busy", "loading", "moment", "upstream",
        "again", "healthy", "cooldown", "region", "country", "location", "yet", "soon", "scheduled", "upcoming", "will",
        "being", "right", "demand", "retry", "starting", "plan", "tier", "verified", "subscription",
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
        guard !sentence.has(anyOf: Self.belongings), !sentence.has(anyOf: Self.passing),
            !sentence.words.indices.contains(where: {
                isSubject(sentence.words[$0]) && isOfServer(behind: $0, in: sentence)
            })
        else { return false }
        return sentence.words.first == "model"
            || sentence.words.contains { $0.hasPrefix("models/") || $0.utf8.count > 2 && $0 == model }
    }

    private static func isOfModel(_ code: String) -> Bool {
        let code = letters(of: code)
        return (code.contains("model") || code.contains("deployment")) && parts.contains(where: code.contains)
            && !(belongings.union(servers)).contains { code.contains("model\($0)") }
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
                    && !isOfServer(before: place, in: sentence) && isAbsence(behind: place, in: sentence)
            }
            if words[place] == "no", place + 2 < words.count, isSubject(words[place + 1]) {
                return Self.existing.contains(words[place + 2])
            }
            guard let end = Self.before.lazy.compactMap({ sentence.begins($0, at: place) }).first else { return false }
            guard !hasOwnSubject(place, end, in: sentence) else { return false }
            let rest = words[end...].prefix(4).drop(while: Self.fillers.contains)
            guard let subject = rest.first, isSubject(subject), !isOfServer(behind: rest.startIndex, in: sentence)
            else {
                return false
            }
            var next = rest.startIndex + 1
            if next < words.count, words[next] == model { next += 1 }
            return next == words.count || sentence.colons.contains(next - 1) || isBetween(words[next])
        }
    }

    /// Whether what serves the model stands right behind the word for it, or behind its name.
    private func isOfServer(behind place: Int, in sentence: Sentence) -> Bool {
        let words = sentence.words
        let next = words[(place + 1)...].prefix(2).drop { $0 == model }.first
        return next.map(Self.servers.contains) == true && !sentence.colons.contains(place)
    }

    /// Whether what serves the model is what is spoken of: "the backend for model x".
    private func isOfServer(before place: Int, in sentence: Sentence) -> Bool {
        let words = sentence.words[..<place].reversed().drop { Self.fillers.contains($0) || isSubject($0) }
        guard let joint = words.first, ["for", "of", "to", "with", "serving", "hosting"].contains(joint) else {
            return false
        }
        guard let before = words.dropFirst().first else { return false }
        if joint == "to" { return true }
        return !isBetween(before) && !Self.anything.contains(before)
    }

    /// Whether the absence from `place` to `end` is of what stands before it, and the model only behind a colon:
    /// "tenant not found: model x".
    private func hasOwnSubject(_ place: Int, _ end: Int, in sentence: Sentence) -> Bool {
        guard sentence.colons.contains(end - 1) else { return false }
        var before = place - 1
        while before >= 0, !sentence.colons.contains(before), Self.auxiliaries.contains(sentence.words[before]) {
            before -= 1
        }
        guard before >= 0, !sentence.colons.contains(before) else { return false }
        let word = sentence.words[before]
        return !Self.anything.contains(word) && !word.allSatisfy(\.isNumber) && !isSubject(word)
    }

    private func isAbsence(behind place: Int, in sentence: Sentence) -> Bool {
        let words = sentence.words
        guard !isOfServer(behind: place, in: sentence) else { return false }
        for next in words.indices.dropFirst(place + 1).prefix(12) {
            if let end = Self.behind.lazy.compactMap({ sentence.begins($0, at: next) }).first {
                // "Not supported for", "… with", "… in": something else is wanted of it than to be there.
                let isOfUse = words[next..<end].last == "supported" && words[next] == "not"
                return !isOfUse || end == words.count || !["for", "with", "in", "when", "on"].contains(words[end])
            }
            if next == words.count - 1, Self.last.contains(words[next]) { return true }
            if Self.others.contains(words[next]) || Self.belongings.contains(words[next]) { return false }
            // "The model's last backend", but not "the model on this backend".
            let isServer = Self.servers.contains(words[next])
            if isServer, !words[(place + 1)..<next].suffix(3).contains(where: Self.places.contains) { return false }
            if !isServer, !isBetween(words[next]) { return false }
        }
        return false
    }

    /// Whether a word names nothing that could be absent in the model's place: a filler, or a name with more than letters in it.
    private func isBetween(_ word: String) -> Bool {
        if word.contains("_") { return false }
        return word.count < 3 || Self.between.contains(word) || Self.places.contains(word) || word == model
            || word.contains { !$0.isLetter && $0 != "'" } && !word.allSatisfy(\.isNumber)
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
