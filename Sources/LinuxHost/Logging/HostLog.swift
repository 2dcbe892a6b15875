import Dispatch
import Glibc
public import Logging
import PrompterCore

/// Where the daemon's log goes: to the journal with fields where our standard error is the journal's, else to standard
/// error as text.
public enum HostLog {
    /// Waits for what was logged, bounded; set once, by the bootstrap.
    private static let drain = Locked<@Sendable () -> Void>({})

    /// Sets the process's logging up. To be called once, before the first logger is made.
    ///
    /// At the exit of the process what was logged is written, for as long as somebody reads, at most half a second.
    ///
    /// - Parameter level: the lowest level that is logged.
    public static func bootstrap(level: Logger.Level, environment: [String: String]) {
        if isJournal(STDERR_FILENO, environment: environment) {
            let queue = LogQueue()
            LoggingSystem.bootstrap { _ in JournalLogHandler(level: level, queue: queue) }
            drain.withLock { $0 = { queue.drain(within: .milliseconds(500)) } }
        } else {
            let output = TextOutput(descriptor: STDERR_FILENO, environment: environment)
            LoggingSystem.bootstrap { _ in TextLogHandler(level: level, output: output) }
            drain.withLock { $0 = { output.drain(within: .milliseconds(500)) } }
        }
        atexit { HostLog.flush() }
    }

    /// Waits until what was logged is written, at most half a second.
    public static func flush() {
        drain.withLock { $0 }()
    }

    /// Whether `descriptor` is the stream that the service manager connected to the journal: `$JOURNAL_STREAM` is its
    /// device and inode, in decimal, with a colon between them (systemd.exec(5)).
    static func isJournal(_ descriptor: Int32, environment: [String: String]) -> Bool {
        guard let stream = environment["JOURNAL_STREAM"] else { return false }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return false }
        return stream == "\(status.st_dev):\(status.st_ino)"
    }
}
