/// Ollama's list of the models that it holds, each with the digest of its weights, template and parameters
/// (https://docs.ollama.com/api/tags).
enum OllamaTags {
    static func read(_ body: SuccessBody, of target: Target) throws(ProbeFailure) -> CallAnswer {
        guard let models = body["models"]?.elements else {
            throw ProbeFailure(.malformed, "the response's \"models\" is not an array")
        }
        let asked = OllamaName(target.model)
        func names(_ model: JSONNode) -> [String] { [model["name"], model["model"]].compactMap { $0?.string } }
        let found =
            models.first { names($0).contains(target.model) }
            ?? models.first { names($0).contains { OllamaName($0) == asked } }
        guard let found else {
            throw ProbeFailure(.notFound, "Ollama has no model with this name; pull it, or correct the watch's model")
        }
        guard let digest = found["digest"]?.string, !digest.isEmpty else {
            throw ProbeFailure(.noVersion, "Ollama's entry for the model has no digest")
        }
        let name = found["name"]?.string ?? found["model"]?.string ?? target.model
        var answer = CallAnswer(model: try body.harmless(name, "name"), shows: [.model, .digest])
        answer.digest = try body.harmless(digest, "digest")
        return answer
    }
}

/// A model's name as Ollama compares it (types/model/name.go): without regard to case, with the registry, the library and the tag
/// that go without saying.
struct OllamaName: Hashable {
    private let text: String

    init(_ name: String) {
        var name = name.lowercased()[...]
        for scheme in ["https://", "http://"] where name.hasPrefix(scheme) { name = name.dropFirst(scheme.count) }
        for usual in ["registry.ollama.ai/", "library/"] where name.hasPrefix(usual) {
            name = name.dropFirst(usual.count)
        }
        // Both are one host's names.
        if name.hasPrefix("huggingface.co/") { name = "hf.co/\(name.dropFirst("huggingface.co/".count))" }
        let hasTag = name.split(separator: "/", omittingEmptySubsequences: false).last?.contains(":") == true
        text = hasTag ? String(name) : "\(name):latest"
    }
}
