/// What a probe asks for. Each kind shows its own signals, so it is part of a target's identity.
public enum ProbeKind: String, Hashable, Sendable, CaseIterable {
    /// The smallest completion that the provider answers.
    case completion
}
