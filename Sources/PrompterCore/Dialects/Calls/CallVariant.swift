/// How a target is called where that is not its dialect's usual way: found out once, from a refusal, and kept with the target.
public struct CallVariant: Hashable, Sendable {
    /// What is said of streaming instead of `"stream": false`. The raw value stands in the store.
    public enum Stream: String, Hashable, Sendable, CaseIterable {
        /// Nothing: the server refuses the member.
        case leftOut = "-stream"
        /// That it may: the model answers in no other way.
        case asked = "+stream"
    }

    private static let storeWord = "-store"

    /// Which call shows the version; `nil` for the usual one.
    public var form: CallForm?
    /// What bounds its output; `nil` for the usual name.
    public var cap: OutputCap?
    /// To how many tokens; `nil` for the usual number.
    public var tokens: Int?
    /// What is said of streaming; `nil` for the usual.
    public var stream: Stream?
    /// Whether the Responses API's `store` is left out.
    public var leavesOutStore: Bool

    public init(
        form: CallForm? = nil, cap: OutputCap? = nil, tokens: Int? = nil, stream: Stream? = nil,
        leavesOutStore: Bool = false
    ) {
        self.form = form
        self.cap = cap
        self.tokens = tokens
        self.stream = stream
        self.leavesOutStore = leavesOutStore
    }

    /// Nothing learned: the dialect's usual way.
    public static let usual = CallVariant()

    /// The form that a store keeps, such as `chat max_tokens`, `responses 32 -store` or `usual`.
    public var text: String {
        let words = [
            form?.rawValue, cap?.rawValue, tokens.map(String.init), stream?.rawValue,
            leavesOutStore ? Self.storeWord : nil,
        ].compactMap(\.self)
        return words.isEmpty ? "usual" : words.joined(separator: " ")
    }

    /// - Returns: `nil` for a text that ``text`` never is: whoever has it learns anew.
    public init?(text: String) {
        self.init()
        for word in text.split(separator: " ", omittingEmptySubsequences: false).map(String.init) {
            form = form ?? CallForm(rawValue: word)
            cap = cap ?? OutputCap(rawValue: word)
            tokens = tokens ?? Int(word).flatMap { $0 > 0 ? $0 : nil }
            stream = stream ?? Stream(rawValue: word)
            leavesOutStore = leavesOutStore || word == Self.storeWord
        }
        guard self.text == text else { return nil }
    }

    /// The member `stream` of a call's body.
    var streamMember: [JSONValue.JSONMember] {
        stream == .leftOut ? [] : [.init("stream", .bool(stream == .asked))]
    }
}
