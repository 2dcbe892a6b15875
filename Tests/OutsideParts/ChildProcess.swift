public import Glibc

/// A program that a test runs, in the namespaces of the thread that starts it.
public final class ChildProcess: Sendable {
    public let process: pid_t

    /// Starts `arguments[0]`, which is looked for in `$PATH`.
    ///
    /// - Parameters:
    ///   - environment: `NAME=value`, beside the test's own.
    ///   - input: its standard input; the test's own where `nil`.
    ///   - output: its standard output; the test's own where `nil`.
    ///   - errors: its standard error; the test's own where `nil`.
    public init(
        _ arguments: [String], environment: [String] = [], input: Int32? = nil, output: Int32? = nil,
        errors: Int32? = nil
    ) {
        var names: [String] = environment
        var variable = environ
        while let text = variable.pointee {
            names.append(String(cString: text))
            variable += 1
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        if let input { posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO) }
        if let output { posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO) }
        if let errors { posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO) }
        var process: pid_t = 0
        let values = arguments.map { strdup($0) } + [nil]
        let variables = names.map { strdup($0) } + [nil]
        let failure = posix_spawnp(&process, arguments[0], &actions, nil, values, variables)
        for text in values + variables { free(text) }
        posix_spawn_file_actions_destroy(&actions)
        guard failure == 0 else { fatalError("\(arguments[0]) does not start: error \(failure)") }
        self.process = process
    }

    /// Waits for its end. To be called once.
    ///
    /// - Returns: its exit status, or minus the number of the signal that ended it.
    @discardableResult
    public func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 && errno == EINTR {}
        return status & 0x7F == 0 ? status >> 8 & 0xFF : -(status & 0x7F)
    }

    /// Runs `arguments` to their end.
    ///
    /// - Returns: the exit status and what stands in standard output.
    @discardableResult
    public static func run(_ arguments: [String]) -> (status: Int32, output: [UInt8]) {
        let channel = ByteChannel()
        let child = ChildProcess(arguments, output: channel.writer)
        close(channel.writer)
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(channel.reader, &chunk, chunk.count)
            if count <= 0 { break }
            output += chunk.prefix(count)
        }
        close(channel.reader)
        return (child.wait(), output)
    }
}
