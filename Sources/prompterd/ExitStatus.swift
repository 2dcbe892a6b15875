import ArgumentParser
import LinuxHost
import PrompterCore
import PrompterDaemon

/// The exit codes, as the root's help documents them. The larger ones are sysexits.h's.
enum ExitStatus {
    /// What was asked for failed.
    static let failed = ExitCode(1)
    /// Not everything could be recorded before the end, or a single round could not begin because of the disk (EX_IOERR).
    static let unrecorded = ExitCode(74)
    /// Another `run` has the database (EX_TEMPFAIL).
    static let locked = ExitCode(75)
    /// The watchlist or a setting is invalid, or a file can't be used (EX_CONFIG).
    static let unusable = ExitCode(78)

    /// Says on standard error that the variable `name` can't be used, and gives the code: with ``ExitCode/validationFailure``,
    /// which a wrong command line ends with, the service manager would start the daemon again and again.
    ///
    /// - Parameter expected: what it should be, as in "should be a number, not …".
    static func refuse(_ name: String, _ text: String, expected: String) -> ExitCode {
        Console.complain("\(name) should be \(expected), not \"\(SafeText(text))\"")
        return unusable
    }

    /// Says `error` on standard error, or in `log` where programs read that, and gives its code.
    static func say(_ error: DaemonError, in log: Log? = nil) -> ExitCode {
        if let log, HostLog.isStructured {
            for line in error.description.split(separator: "\n") { log.error(error.condition, String(line)) }
            HostLog.flush()
        } else {
            // A daemon that stops does not wait for who reads its errors.
            Console.complain("\(error)", patience: .milliseconds(400))
        }
        return switch error {
        case .invalidWatchlist, .unusable: unusable
        case .locked: locked
        case .unrecorded, .unavailable: unrecorded
        case .failedTargets, .unwatched: failed
        }
    }
}
