/// Lower-case hexadecimal (RFC 4648, section 8, in lower case).
public enum Hexadecimal {
    private static let digits = Array("0123456789abcdef".utf8)

    /// Two digits a byte.
    public static func encode(_ bytes: some Collection<UInt8>) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count * 2)
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Sixteen digits, the most significant first.
    public static func encode(_ word: UInt64) -> String {
        encode((0..<8).reversed().map { UInt8(truncatingIfNeeded: word >> UInt64($0 * 8)) })
    }

    /// Whether `byte` writes a digit.
    static func isDigit(_ byte: UInt8) -> Bool { digits.contains(byte) }

    /// The bytes that `text` writes; `nil` where a character is no digit or one is left over.
    public static func decode(_ text: some StringProtocol) -> [UInt8]? {
        let nibbles = text.utf8.map { byte -> UInt8? in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
            default: nil
            }
        }
        guard nibbles.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(nibbles.count / 2)
        for index in stride(from: 0, to: nibbles.count, by: 2) {
            guard let high = nibbles[index], let low = nibbles[index + 1] else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    /// The word that sixteen digits write; `nil` for anything else.
    public static func decodeWord(_ text: some StringProtocol) -> UInt64? {
        guard let bytes = decode(text), bytes.count == 8 else { return nil }
        return bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}
