import ArgumentParser
import PrompterDaemon

/// The exit codes, as the root's help documents them. The larger ones are sysexits.h's.
enum ExitStatus {
    /// What was asked for failed.
    static let failed = ExitCode(1)
    /// Findings could not be recorded before the end (EX_IOERR).
    static let unrecorded = ExitCode(74)
    /// Another `run` has the database (EX_TEMPFAIL).
    static let locked = ExitCode(75)
    /// The watchlist or a setting is invalid, or a file can't be used (EX_CONFIG).
    static let unusable = ExitCode(78)

    /// Says `error` on standard error and gives its code.
    static func say(_ error: DaemonError) -> ExitCode {
        Console.complain("\(error)")
        return switch error {
        case .invalidWatchlist, .unusable: unusable
        case .locked: locked
        case .unrecorded: unrecorded
        case .failedTargets, .unwatched: failed
        }
    }
}
