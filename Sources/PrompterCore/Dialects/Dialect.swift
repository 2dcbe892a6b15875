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

    /// The address of the dialect's own maker; `nil` where every user has another.
    public var usualBaseURL: String? {
        switch self {
        case .openAI: "https://api.openai.com/v1"
        case .google: "https://generativelanguage.googleapis.com/v1beta"
        case .anthropic: "https://api.anthropic.com/v1"
        case .azureOpenAI, .openAICompatible, .stub: nil
        }
    }
}
