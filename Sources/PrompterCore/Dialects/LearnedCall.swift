/// How a target is called where that is not its dialect's usual way: found out once, from a refusal, and kept with the target.
public struct LearnedCall: Hashable, Sendable {
    /// Which call shows the version; `nil` for the usual one.
    public var form: CallForm?
    /// What bounds its output; `nil` for the usual name.
    public var cap: OutputCap?

    public init(form: CallForm? = nil, cap: OutputCap? = nil) {
        self.form = form
        self.cap = cap
    }

    /// Nothing learned: the dialect's usual way.
    public static let usual = LearnedCall()

    /// The form that a store keeps, such as `chat max_tokens`, `responses` or `usual`.
    public var text: String {
        let words = [form?.rawValue, cap?.rawValue].compactMap(\.self)
        return words.isEmpty ? "usual" : words.joined(separator: " ")
    }

    /// - Returns: `nil` for a text that ``text`` never is: whoever has it learns anew.
    public init?(text: String) {
        self.init()
        guard text != "usual" else { return }
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            if form == nil, cap == nil, let form = CallForm(rawValue: String(word)) {
                self.form = form
            } else if cap == nil, let cap = OutputCap(rawValue: String(word)) {
                self.cap = cap
            } else {
                return nil
            }
        }
    }
}
