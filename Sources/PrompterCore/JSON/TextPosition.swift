/// A place in a text as editors count it: lines and characters from 1.
public struct TextPosition: Hashable, Sendable {
    public var line: Int
    public var column: Int

    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    /// The positions of `offsets`, which must not fall, in one walk over `bytes`.
    static func positions(of offsets: [Int], in bytes: [UInt8]) -> [TextPosition] {
        var positions: [TextPosition] = []
        var current = TextPosition(line: 1, column: 1)
        var index = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        for offset in offsets {
            while index < min(offset, bytes.count) {
                if bytes[index] == UInt8(ascii: "\n") {
                    current = TextPosition(line: current.line + 1, column: 1)
                } else if bytes[index] & 0xC0 != 0x80 {
                    // The first byte of a character in UTF-8 (RFC 3629, section 3).
                    current.column += 1
                }
                index += 1
            }
            positions.append(current)
        }
        return positions
    }
}
