import PrompterCore

/// The watchlist that the daemon goes by, and how it stands to the one on disk.
struct WatchlistInForce: Sendable {
    var watchlist: Watchlist
    /// It as it is to be kept; `nil` where it came from there.
    var copy: WatchlistCopy?
    /// When it was taken.
    var taken: Timestamp
    /// Why the list on disk is not in force; `nil` where it is.
    var refused: InvalidWatchlist?
}
