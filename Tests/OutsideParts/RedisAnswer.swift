/// What a Redis says to ``RedisServer/ask(_:)``.
public enum RedisAnswer: Hashable, Sendable {
    case status(String)
    case error(String)
    case integer(Int)
    case bytes([UInt8])
    case null

    /// The bytes as text; `nil` where the answer is none.
    public var text: String? {
        if case .bytes(let bytes) = self { String(decoding: bytes, as: UTF8.self) } else { nil }
    }
}
