/// The wire shape that a provider speaks.
public enum Dialect: String, Hashable, Sendable, CaseIterable {
    /// OpenAI's own API.
    case openAI = "openai"
    /// Azure OpenAI.
    case azureOpenAI = "azure-openai"
    /// The Gemini API.
    case google
    /// Anthropic's API.
    case anthropic
    /// Any server that speaks OpenAI's chat completions: vLLM, llama.cpp, Groq, Mistral, …
    case openAICompatible = "openai-compatible"
    /// Nothing is called; the answer is made up from the model's name.
    case stub

    /// `nil` for the one that is never called.
    var rules: (any DialectRules.Type)? {
        switch self {
        case .openAI: OpenAIDialect.self
        case .azureOpenAI: AzureOpenAIDialect.self
        case .google: GoogleDialect.self
        case .anthropic: AnthropicDialect.self
        case .openAICompatible: OpenAICompatibleDialect.self
        case .stub: nil
        }
    }

    /// Members of a call's body that are the probe's own in one dialect or another; a watch may not set them.
    static let reservedParameters = allCases.reduce(into: Set<String>()) { names, dialect in
        names.formUnion(dialect.rules?.reservedParameters ?? [])
    }
}

extension Dialect {
    /// An environment variable in which a provider's own library looks for a credential.
    public struct CredentialVariable: Hashable, Sendable {
        public let name: String
        /// Whether it holds a token, which goes behind `Bearer`, instead of a key.
        public let isToken: Bool

        init(_ name: String, isToken: Bool = false) {
            self.name = name
            self.isToken = isToken
        }
    }

    /// An environment variable whose value a provider's own library sends beside a key.
    public struct CompanionVariable: Hashable, Sendable {
        public let name: String
        /// The name of the header that carries it.
        public let header: String
    }

    /// The address of the dialect's own maker; `nil` where every user has another.
    public var usualBaseURL: String? { rules?.usualBaseURL }

    /// Where the maker's own library looks for a credential, the first place first.
    public var credentialVariables: [CredentialVariable] { rules?.credentialVariables ?? [] }

    /// What the maker's own library sends beside a key.
    public var companionVariables: [CompanionVariable] { rules?.companionVariables ?? [] }
}
