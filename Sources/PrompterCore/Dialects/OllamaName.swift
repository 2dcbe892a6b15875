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
