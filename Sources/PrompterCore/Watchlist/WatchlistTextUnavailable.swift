/// A text that a watchlist refers to and that can't be read.
public struct WatchlistTextUnavailable: Error, Hashable, Sendable {
    /// Why, in one line.
    public var reason: String

    public init(_ reason: String) {
        self.reason = reason
    }
}
