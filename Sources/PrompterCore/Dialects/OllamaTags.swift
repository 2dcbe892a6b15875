/// Ollama's list of the models that it holds, each with the digest of its weights, template and parameters
/// (https://docs.ollama.com/api/tags).
enum OllamaTags {
    static func read(_ body: SuccessBody, of target: Target) throws(ProbeFailure) -> CallAnswer {
        guard let models = body.root["models"]?.elements else {
            throw ProbeFailure(.malformed, "the answer's \"models\" is no array")
        }
        // A name without a tag is short for the tag `latest`.
        let names = [target.model, "\(target.model):latest"]
        let found = names.lazy.compactMap { name in
            models.first { $0["name"]?.string == name || $0["model"]?.string == name }
        }.first
        guard let found else {
            throw ProbeFailure(.notFound, "Ollama holds no model of this name; pull it, or correct the watch's model")
        }
        guard let digest = found["digest"]?.string, !digest.isEmpty else {
            throw ProbeFailure(.noVersion, "Ollama's entry of the model has no digest")
        }
        let name = found["name"]?.string ?? found["model"]?.string ?? target.model
        var answer = CallAnswer(model: try body.harmless(name, "name"), shows: [.model, .digest])
        answer.digest = try body.harmless(digest, "digest")
        return answer
    }
}
