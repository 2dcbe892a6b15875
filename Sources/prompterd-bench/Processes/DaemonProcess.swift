import Glibc
import LinuxHost
import PrompterCore

/// The daemon as a user runs it: the program in a process of its own, which tells the bench when it is ready.
struct DaemonProcess: ~Copyable {
    /// How long the largest list on the slowest machine takes to be ready.
    private static let longestStart: Duration = .seconds(120)

    /// When it was started.
    let start: Uptime
    private var process: ChildProcess
    private let messages: NotifySocket

    /// Starts `prompterd run` with a database in `folder`.
    ///
    /// - Parameters:
    ///   - options: further ones of `run`.
    ///   - environment: all of it, but for the socket of its messages.
    init(
        _ program: String, watchlist: String, in folder: String, options: [String] = [],
        environment: [String: String] = [:]
    ) throws {
        let messages = try NotifySocket()
        let words =
            [program, "run", "--watchlist", watchlist, "--database", "\(folder)/bench.db", "--log-level", "error"]
            + options
        var environment = environment
        environment["NOTIFY_SOCKET"] = messages.name
        let start = Moment.now.uptime
        let process = try ChildProcess(words, environment: environment, in: folder)
        self.start = start
        self.messages = messages
        self.process = process
    }

    /// What it uses now.
    var status: ProcessStatus { get throws { try ProcessStatus(of: process.id) } }

    /// Waits until it says that it is ready.
    ///
    /// - Returns: how long it took from its start.
    @discardableResult
    mutating func waitUntilReady() throws -> Duration {
        while Moment.now.uptime - start < Self.longestStart {
            guard let message = messages.receive() else {
                guard process.isGone else { continue }
                _ = try process.end()
                throw BenchFailure("the daemon ends before it is ready")
            }
            if message.split(separator: "\n").contains("READY=1") { return Moment.now.uptime - start }
        }
        throw BenchFailure("the daemon is not ready after \(DurationText.brief(Self.longestStart))")
    }

    /// Asks it to stop, and waits for its end.
    mutating func stop() throws { _ = try process.end(sending: SIGTERM) }

    /// Waits for the end that comes by itself, as with `--once`.
    mutating func waitUntilEnded() throws -> ChildProcess.End { try process.end() }
}
