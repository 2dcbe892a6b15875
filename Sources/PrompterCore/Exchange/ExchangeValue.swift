/// A value as the store keeps it.
public enum ExchangeValue: Hashable, Sendable {
    case null
    case integer(Int64)
    case text(String)
    case bytes([UInt8])

    /// `nil` where it is no whole number.
    public var integer: Int64? {
        if case .integer(let number) = self { number } else { nil }
    }

    /// `nil` where it is no text.
    public var text: String? {
        if case .text(let text) = self { text } else { nil }
    }

    /// `nil` where it is no whole number.
    public var time: Timestamp? { integer.map(Timestamp.init(milliseconds:)) }
}
