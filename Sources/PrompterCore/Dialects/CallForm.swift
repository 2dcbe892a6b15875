/// One way of calling a provider. The raw value stands in the store (``LearnedCall``) and never changes.
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
