public import PrompterCore

/// Why the daemon could not start, or did not end well.
public enum DaemonError: Error, Sendable, CustomStringConvertible {
    case invalidWatchlist(InvalidWatchlist)
    /// The store, the lock or a folder can't be used.
    case unusable(String)
    /// Another `run` has the database.
    case locked(String)
    /// The store could not take so many findings before the end.
    case unrecorded(Int)
    /// No watch is what was asked about.
    case unwatched(String)
    /// So many targets of a single round have no version.
    case failedTargets(Int)

    public var description: String {
        switch self {
        case .invalidWatchlist(let invalid): invalid.description
        case .unusable(let reason), .locked(let reason), .unwatched(let reason): reason
        case .unrecorded(let count):
            "\(CountText.format(count, "finding", "findings")) could not be recorded; each is in the log"
        case .failedTargets(let count):
            "\(CountText.format(count, "target", "targets")) failed; `prompterd status` shows which"
        }
    }
}
