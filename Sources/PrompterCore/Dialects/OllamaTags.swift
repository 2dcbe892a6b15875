/// Ollama's list of the models that it holds, each with the digest of its weights, template and parameters
/// (https://docs.ollama.com/api/tags).
enum OllamaTags {
    static func read(_ body: SuccessBody, of target: Target) throws(ProbeFailure) -> CallAnswer {
        guard let models = body["models"]?.elements else {
            throw ProbeFailure(.malformed, "the answer's \"models\" is no array")
        }
        let asked = OllamaName(target.model)
        func names(_ model: JSONNode) -> [String] { [model["name"], model["model"]].compactMap { $0?.string } }
        let found =
            models.first { names($0).contains(target.model) }
            ?? models.first { names($0).contains { OllamaName($0) == asked } }
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
