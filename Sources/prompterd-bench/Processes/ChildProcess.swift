import Foundation
import Glibc

/// A program in a process of its own, which is ended where its owner goes before.
struct ChildProcess: ~Copyable {
    /// How it ended.
    struct End {
        /// Its exit status; minus the signal's number where one ended it.
        var status: Int32
        var used: Resources
        /// What it wrote to standard output.
        var output: String
        /// The last line that it wrote to standard error.
        var complaint: String
    }

    let id: pid_t
    private let name: String
    private let files: String
    private var hasEnded = false

    /// Starts `words[0]`, which is looked for in `$PATH`. What it writes is put into `folder`.
    ///
    /// - Parameters:
    ///   - environment: all of it; the bench's own where `nil`.
    ///   - worksThere: whether `folder` is its working directory, too.
    init(
        _ words: [String], environment: [String: String]? = nil, in folder: String, worksThere: Bool = false
    ) throws {
        name = URL(fileURLWithPath: words[0]).lastPathComponent
        files = "\(folder)/\(name)-\(UInt32.random(in: 0 ... .max))"
        id = try Self.spawn(
            (worksThere ? ["env", "--chdir=\(folder)"] : []) + words,
            environment ?? ProcessInfo.processInfo.environment, files)
        Leftovers.note(process: id)
    }

    deinit {
        guard !hasEnded else { return }
        Leftovers.forget(process: id)
        Leftovers.end([id])
    }

    /// Runs `words` to their end.
    ///
    /// - Throws: ``BenchFailure`` where they don't start or fail.
    static func run(
        _ words: [String], environment: [String: String]? = nil, in folder: String, worksThere: Bool = false
    ) throws -> End {
        var child = try ChildProcess(words, environment: environment, in: folder, worksThere: worksThere)
        return try child.end()
    }

    /// Whether it is there no more, whoever ended it.
    var isGone: Bool {
        var info = siginfo_t()
        return waitid(P_PID, id_t(id), &info, WEXITED | WNOWAIT | WNOHANG) < 0 || info.si_signo == SIGCHLD
    }

    /// Waits until it accepts connections.
    mutating func waitUntilListening(at port: UInt16) throws {
        for _ in 0..<500 {
            if Loopback.isListening(at: port) { return }
            if isGone { _ = try end() }
            usleep(10_000)
        }
        throw BenchFailure("\(name) does not listen after five seconds")
    }

    /// Waits for its end.
    ///
    /// - Parameter signal: what is sent to it before.
    /// - Throws: ``BenchFailure`` where it ends with another status than 0.
    mutating func end(sending signal: Int32? = nil) throws -> End {
        if let signal { kill(id, signal) }
        var info = siginfo_t()
        // It keeps its number until it is waited for again.
        while waitid(P_PID, id_t(id), &info, WEXITED | WNOWAIT) < 0 && errno == EINTR {}
        Leftovers.forget(process: id)
        hasEnded = true
        var (status, usage) = (Int32(0), rusage())
        wait4(id, &status, 0, &usage)
        let end = End(
            status: status & 0x7F == 0 ? status >> 8 & 0xFF : -(status & 0x7F), used: Resources(usage),
            output: Self.text("\(files).out"),
            complaint: Self.text("\(files).err").split(separator: "\n").last.map(String.init) ?? "")
        guard end.status == 0 else { throw BenchFailure("\(name) ends with status \(end.status): \(end.complaint)") }
        return end
    }

    private static func text(_ path: String) -> String {
        (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    }

    private static func spawn(
        _ words: [String], _ environment: [String: String], _ files: String
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (descriptor, suffix) in [(STDOUT_FILENO, "out"), (STDERR_FILENO, "err")] {
            posix_spawn_file_actions_addopen(&actions, descriptor, "\(files).\(suffix)", O_WRONLY | O_CREAT, 0o600)
        }
        // The bench's own signals are taken over; the program gets them as they usually are.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for signal in [SIGPIPE, SIGHUP, SIGINT, SIGTERM] { sigaddset(&signals, signal) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        let arguments = words.map { strdup($0) } + [nil]
        let variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in arguments + variables { free(text) } }
        var id: pid_t = 0
        let failure = posix_spawnp(&id, words[0], &actions, &attributes, arguments, variables)
        guard failure == 0 else { throw BenchFailure(words[0], errno: failure) }
        return id
    }
}
