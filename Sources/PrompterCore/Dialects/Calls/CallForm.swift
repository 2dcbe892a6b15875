/// One way of calling a provider. The raw value stands in the store (``CallVariant``) and never changes.
public enum CallForm: String, Hashable, Sendable, CaseIterable {
    /// OpenAI's chat completions, and everybody's who imitates them.
    case chat
    /// OpenAI's Responses API.
    case responses
    /// Anthropic's messages.
    case messages
    /// Gemini's `generateContent`.
    case generate
    /// The model's entry in the provider's list of models.
    case lookup
    /// Ollama's list of the models that it holds.
    case tags

    /// Whether it makes no model answer, and so costs nothing.
    public var isFree: Bool { self == .lookup || self == .tags }

    var method: HTTPRequest.Method { isFree ? .get : .post }
}

/// What the member of a chat completion's body is called that bounds its output. The raw value is the member's name.
public enum OutputCap: String, Hashable, Sendable, CaseIterable {
    /// The old name, which OpenAI's reasoning models refuse and most imitators know alone.
    case tokens = "max_tokens"
    /// The name since the reasoning models.
    case completionTokens = "max_completion_tokens"

    /// The other one.
    var other: OutputCap { self == .tokens ? .completionTokens : .tokens }

    /// The smallest bound that every model of OpenAI takes, in tokens: the Responses API refuses a smaller one.
    static let least = 16

    /// What any dialect calls it.
    static let allNames = allCases.map(\.rawValue) + ["max_output_tokens", "maxOutputTokens", "max_new_tokens"]
}
