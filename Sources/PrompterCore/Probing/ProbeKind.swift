/// What a probe asks for. Each kind shows its own signals, so it is part of a target's identity. The raw value stands in
/// watchlists and in the store.
public enum ProbeKind: String, Hashable, Sendable, CaseIterable {
    /// The smallest completion that the provider answers.
    case completion
    /// What the provider tells of the model without making it answer, which is free.
    case metadata
    /// A completion, and, where it succeeded, what the provider tells beside it.
    case both
}
