/// A watchlist that is not valid: all that is wrong with it, in the file's order.
public struct InvalidWatchlist: Error, Hashable, Sendable, CustomStringConvertible {
    /// At least one.
    public var errors: [WatchlistError]

    public init(errors: [WatchlistError]) {
        self.errors = errors
    }

    /// A line for each error.
    public var description: String {
        errors.map(\.description).joined(separator: "\n")
    }
}
