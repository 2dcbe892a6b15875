import Foundation
import Glibc
import PrompterCore

/// One run of redis-server, from its start to its end.
final class RedisProcess: Sendable {
    private struct State {
        var process: pid_t?
        var whenReady: CheckedContinuation<Void, any Error>?
        var hasEnded = false
        var whenEnded: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Locked(State())
    private let arguments: [String]

    private init(arguments: [String]) {
        self.arguments = arguments
    }

    /// Starts redis-server with `arguments` and waits until it says that it accepts connections.
    static func start(_ arguments: [String]) async throws -> RedisProcess {
        let run = RedisProcess(arguments: arguments)
        try await withCheckedThrowingContinuation { continuation in
            run.state.withLock { $0.whenReady = continuation }
            // A thread of its own that lives as long as the process: the signal of PR_SET_PDEATHSIG (prctl(2)) comes when the
            // thread that made the process ends, not when its process does.
            Thread.detachNewThread { run.live() }
        }
        return run
    }

    /// Sends `signal`, if the process is there.
    func send(_ signal: Int32) {
        // Under the lock in which the end is noted, so that the number is never another process's.
        state.withLock { state in
            if let process = state.process { _ = kill(process, signal) }
        }
    }

    /// Waits for the end.
    func ended() async {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if !state.hasEnded { state.whenEnded.append(continuation) }
                return state.hasEnded
            }
            if hasEnded { continuation.resume() }
        }
    }

    private func live() {
        var output: [Int32] = [-1, -1]
        // A pair of sockets and not a pipe, since only they can be made closed to other processes at once.
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &output) == 0 else { return end(saying: "no sockets: \(errno)") }
        defer { close(output[0]) }
        let status = spawn(writingTo: output[1])
        close(output[1])
        guard status == 0 else {
            return end(saying: "setpriv (Debian's util-linux) does not start: \(String(cString: strerror(status)))")
        }
        let said = readToEnd(of: output[0])
        var siginfo = siginfo_t()
        if let process = state.withLock({ $0.process }) {
            // Left unreaped until its number is forgotten.
            while waitid(P_PID, id_t(process), &siginfo, WEXITED | WNOWAIT) != 0, errno == EINTR {}
            state.withLock { $0.process = nil }
            var status: Int32 = 0
            while waitpid(process, &status, 0) < 0, errno == EINTR {}
        }
        end(saying: "redis-server ended at once; is Debian's redis-server installed? It said: \(said)")
    }

    private func spawn(writingTo output: Int32) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO)
        let words = ["setpriv", "--pdeathsig", "KILL", "redis-server"] + arguments
        var pointers: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var process: pid_t = 0
        let status = posix_spawnp(&process, words[0], &actions, nil, &pointers, environ)
        if status == 0 { state.withLock { $0.process = process } }
        return status
    }

    /// - Returns: the last that was read.
    private func readToEnd(of file: Int32) -> String {
        var said: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(file, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return String(decoding: said, as: UTF8.self) }
            said = (said + buffer.prefix(count)).suffix(8192)
            let isWaiting = state.withLock { $0.whenReady != nil }
            if isWaiting, String(decoding: said, as: UTF8.self).contains("eady to accept connections") { becomeReady() }
        }
    }

    private func becomeReady() {
        let waiting = state.withLock { state in
            defer { state.whenReady = nil }
            return state.whenReady
        }
        waiting?.resume()
    }

    private func end(saying text: String) {
        let (failed, waiting) = state.withLock { state in
            state.hasEnded = true
            defer {
                state.whenReady = nil
                state.whenEnded = []
            }
            return (state.whenReady, state.whenEnded)
        }
        failed?.resume(throwing: RedisServerError(text))
        for continuation in waiting { continuation.resume() }
    }
}
