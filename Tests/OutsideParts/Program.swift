import Foundation
public import Glibc

/// One of this package's programs, run as a user would run it, in a process of its own that never outlives the test's.
public final class Program: Sendable {
    /// How it ended.
    public struct End: Sendable {
        /// Its exit status; minus the signal's number where one ended it.
        public var status: Int32
        public var output: String
        public var errors: String
        /// When it ended, however long this process had no time to see it.
        public var time: ContinuousClock.Instant
    }

    public let processID: pid_t
    private let follower: ProgramFollower

    /// Where the package's programs were built: beside the tests.
    public static let folder: String = {
        if let folder = ProcessInfo.processInfo.environment["PROMPTERD_PROGRAMS"] { return folder }
        let bundle = CommandLine.arguments.first { $0.contains(".xctest") } ?? CommandLine.arguments[0]
        var url = URL(fileURLWithPath: bundle)
        while url.path.contains(".xctest") { url.deleteLastPathComponent() }
        return url.path
    }()

    /// Starts `prompterd` with `arguments`.
    ///
    /// - Parameters:
    ///   - environment: all of its environment, but for `PATH` and the sanitizers' settings.
    ///   - wrapper: what runs it, such as `["setpriv", "--reuid", "nobody"]`.
    public init(_ arguments: [String], environment: [String: String] = [:], wrapper: [String] = []) async {
        var variables = environment
        for name in ["PATH", "TSAN_OPTIONS", "ASAN_OPTIONS", "LSAN_OPTIONS", "SWIFT_BACKTRACE"] {
            variables[name] = variables[name] ?? ProcessInfo.processInfo.environment[name]
        }
        let words =
            ["env", "-i"] + variables.map { "\($0.key)=\($0.value)" } + ["setpriv", "--pdeathsig", "KILL"] + wrapper
            + ["\(Self.folder)/prompterd"] + arguments
        let follower = ProgramFollower()
        // A child's death signal comes with the end of the thread that started it (prctl(2)), so that thread stays.
        processID = await withCheckedContinuation { started in
            Thread.detachNewThread { follower.run(words) { started.resume(returning: $0) } }
        }
        self.follower = follower
    }

    /// Runs `prompterd` to its end.
    @discardableResult
    public static func run(
        _ arguments: [String], environment: [String: String] = [:], wrapper: [String] = []
    ) async -> End {
        await Program(arguments, environment: environment, wrapper: wrapper).end()
    }

    public func send(_ signal: Int32) {
        kill(processID, signal)
    }

    /// Stops it in the middle of whatever it does (SIGSTOP), and waits until all its threads have stopped.
    public func pause() {
        send(SIGSTOP)
        var info = siginfo_t()
        // Its end, or that it was stopped, is left for others to wait for.
        while waitid(P_PID, id_t(processID), &info, WSTOPPED | WEXITED | WNOWAIT) < 0 && errno == EINTR {}
    }

    /// Waits until `count` lines of its standard error hold `text`.
    ///
    /// - Returns: `false` where it ends before.
    public func line(with text: String, count: Int = 1) async -> Bool {
        await follower.line(with: text, count: count)
    }

    /// What it has written to standard error so far.
    public var errors: String { follower.errors }

    /// Waits for its end.
    public func end() async -> End {
        await follower.end()
    }

    /// Sends SIGTERM and waits for its end.
    public func stop() async -> End {
        send(SIGTERM)
        return await end()
    }
}
