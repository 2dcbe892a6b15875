public import PrompterCore

/// What an import brought that was not known.
public struct ImportSummary: Hashable, Sendable {
    /// New rows, by their table. Of the service layer's table a row is a version.
    public var added: [ExchangeTable: Int] = [:]
    /// Rows that were read.
    public var rows = 0
    /// Rows that name no version and were left out.
    public var nameless = 0

    public init() {}
}
