/// Tokens that a probe used, as the provider counted them; `nil` where it did not say.
public struct Usage: Hashable, Sendable {
    public var inputTokens: Int?
    /// Hidden reasoning counts as output, as it is billed.
    public var outputTokens: Int?

    public init(inputTokens: Int? = nil, outputTokens: Int? = nil) {
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
    }
}

extension Usage {
    /// A count of tokens as a provider writes it; `nil` for anything that can't be one.
    static func tokens(in node: JSONNode?) -> Int? {
        node?.integer.flatMap { (0...1_000_000_000).contains($0) ? $0 : nil }
    }
}
