public import PrompterCore

/// Why the daemon could not start, or did not end well.
public enum DaemonError: Error, Sendable, CustomStringConvertible {
    case invalidWatchlist(InvalidWatchlist)
    /// The store, the lock or a folder can't be used.
    case unusable(String)
    /// The database's disk is full or hangs, and a single round waits for it no longer.
    case unavailable(String)
    /// Another `run` has the database.
    case locked(String)
    /// The store could not take everything before the end; what became of it, in one line.
    case unrecorded(String)
    /// No watch is what was asked about.
    case unwatched(String)
    /// So many targets of a single round have no version.
    case failedTargets(Int)

    public var description: String {
        switch self {
        case .invalidWatchlist(let invalid): invalid.description
        case .unusable(let reason), .unavailable(let reason), .locked(let reason), .unwatched(let reason),
            .unrecorded(let reason):
            reason
        case .failedTargets(let count):
            "\(CountText.format(count, "target", "targets")) failed; `prompterd status` says why"
        }
    }
}

extension DaemonError {
    /// What the log reports with it.
    public var condition: MessageKind.Condition {
        switch self {
        case .invalidWatchlist: .watchlistRefused
        case .unusable, .unwatched: .startRefused
        case .unavailable: .databaseUnavailable
        case .locked: .databaseInUse
        case .unrecorded: .unrecorded
        case .failedTargets: .roundFailed
        }
    }
}
