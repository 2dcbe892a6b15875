/// What a provider of the dialect ``Dialect/openAICompatible`` runs, where that makes a difference. The raw value stands in
/// watchlists.
public enum Server: String, Hashable, Sendable, CaseIterable {
    /// Ollama, which tells the digest of a model's weights.
    case ollama
}
