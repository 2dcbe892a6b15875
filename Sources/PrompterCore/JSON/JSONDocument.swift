/// A JSON text that was read whole.
public struct JSONDocument: Sendable {
    public var root: JSONNode
    /// Where names begin that stand a second time in their object.
    public var duplicateNames: [JSONNode.Member]

    /// As many values are read: twice what the largest watchlist of a usual kind has. A tree of them has some hundred bytes
    /// for each, so that a file of the wrong kind takes no more memory than it should.
    public static let mostValues = 5_000_000

    /// Reads `bytes` as one JSON text (RFC 8259).
    ///
    /// - Throws: ``JSONSyntaxError``, the first; nesting beyond ``JSONReader/deepestNesting`` is one, and so are more than
    ///   `mostValues` values.
    public init(_ bytes: [UInt8], mostValues: Int = mostValues) throws(JSONSyntaxError) {
        try self.init(JSONReader(bytes, mostValues: mostValues))
    }

    /// Reads `bytes` as one JSON text that others wrote and of which few members matter: bytes that are not UTF-8 become
    /// U+FFFD, control characters and unknown escapes are taken as they are, what Python writes for numbers that are none
    /// (`NaN`, `Infinity`) is null or nought, and so is what is nested too deep.
    ///
    /// - Throws: ``JSONSyntaxError`` for any other flaw.
    init(lenient bytes: [UInt8]) throws(JSONSyntaxError) {
        try self.init(JSONReader(bytes, mostValues: Self.mostValues, isLenient: true))
    }

    private init(_ reader: JSONReader) throws(JSONSyntaxError) {
        var reader = reader
        root = try reader.readDocument()
        duplicateNames = reader.duplicateNames
    }
}

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
