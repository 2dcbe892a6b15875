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
        var reader = JSONReader(bytes, mostValues: mostValues)
        root = try reader.readDocument()
        duplicateNames = reader.duplicateNames
    }
}
