/// A JSON text that was read whole.
public struct JSONDocument: Sendable {
    public var root: JSONNode
    /// Where names begin that stand a second time in their object.
    public var duplicateNames: [JSONNode.Member]

    /// Reads `bytes` as one JSON text (RFC 8259).
    ///
    /// - Throws: ``JSONSyntaxError``, the first; nesting beyond ``JSONReader/deepestNesting`` is one.
    public init(_ bytes: [UInt8]) throws(JSONSyntaxError) {
        var reader = JSONReader(bytes)
        root = try reader.readDocument()
        duplicateNames = reader.duplicateNames
    }
}
