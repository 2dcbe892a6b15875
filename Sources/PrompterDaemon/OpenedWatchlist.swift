import LinuxHost
import PrompterCore

/// The watchlist that the daemon starts with.
struct OpenedWatchlist: Sendable {
    let edits: WatchlistEdits
    /// `nil` for a single round.
    let lastGood: LastGoodWatchlist?
    let inForce: WatchlistInForce
    /// What the list on disk was read from.
    let files: WatchedFiles

    /// Reads it.
    ///
    /// - Parameter mayUseLastGood: whether the last good list is taken where the one on disk is bad.
    /// - Throws: ``DaemonError/invalidWatchlist(_:)``
    init(_ settings: Settings, mayUseLastGood: Bool, log: Log) async throws(DaemonError) {
        // Before the list is read, so that no edit is missed.
        edits = WatchlistEdits(of: settings.watchlist, log: log)
        lastGood = mayUseLastGood ? LastGoodWatchlist(beside: settings.database) : nil
        let file = WatchlistFile(settings.watchlist, stubsOnly: settings.stubsOnly)
        let reading = await file.reading()
        files = reading.files
        do {
            inForce = WatchlistInForce(
                watchlist: try reading.result.get(), copy: reading.copy, taken: Moment.now.wall)
        } catch {
            let kept = await lastGood?.watchlist(of: file, on: FileThreads())
            guard let kept else { throw .invalidWatchlist(error) }
            inForce = WatchlistInForce(watchlist: kept.watchlist, taken: kept.taken, refused: error)
        }
    }
}

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
