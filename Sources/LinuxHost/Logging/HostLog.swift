import Dispatch
import Glibc
public import Logging
import PrompterCore

/// Where the daemon's log goes: as text to the journal, with fields, where our standard error is the journal's, else to
/// standard error; as JSON to standard error in any case.
public enum HostLog {
    /// How lines are written.
    public enum Format: String, CaseIterable, Sendable {
        case text, json
    }

    /// Waits for what was logged, bounded; set once, by the bootstrap.
    private static let drain = Locked<@Sendable () -> Void>({})
    private static let hasFields = Locked(false)

    /// Whether each line is stored or written with its fields, for programs to read.
    public static var isStructured: Bool { hasFields.withLock { $0 } }

    /// Sets the process's logging up. To be called once, before the first logger is made.
    ///
    /// At the exit of the process what was logged is written, for as long as somebody reads, at most half a second.
    ///
    /// - Parameter level: the lowest level that is logged.
    public static func bootstrap(level: Logger.Level, format: Format = .text, environment: [String: String]) {
        let isJournal = format == .text && isJournal(STDERR_FILENO, environment: environment)
        hasFields.withLock { $0 = isJournal || format == .json }
        if isJournal {
            let queue = LogQueue()
            LoggingSystem.bootstrap { _ in JournalLogHandler(level: level, queue: queue) }
            drain.withLock { $0 = { queue.drain(within: .milliseconds(500)) } }
        } else {
            let output = TextOutput(descriptor: STDERR_FILENO, environment: environment)
            switch format {
            case .text: LoggingSystem.bootstrap { _ in TextLogHandler(level: level, output: output) }
            case .json: LoggingSystem.bootstrap { _ in JSONLogHandler(level: level, output: output) }
            }
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
