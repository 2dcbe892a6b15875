/// What keeps a text from being JSON.
public struct JSONSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Where, in bytes from the start of the text.
    public var offset: Int
    public var message: String

    public var description: String { "\(message) at byte \(offset)" }
}
