import CSystemd
import Dispatch
import Glibc
public import PrompterCore

/// A unit of the machine's service manager.
public enum SystemdUnit {
    /// How long systemctl may take.
    private static let patience: Duration = .seconds(5)
    /// More than the properties of a unit take, in bytes.
    private static let mostOutput = 1 << 16

    /// Why it can't be looked at, in one line.
    public struct Unavailable: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String
    }

    /// How the unit `name` is.
    ///
    /// - Throws: ``Unavailable`` where systemd is not this machine's service manager, or does not answer.
    public static func state(of name: String) async throws(Unavailable) -> UnitState {
        guard sd_booted() > 0 else { throw Unavailable(description: "systemd does not run this machine") }
        let shown: String? = await withCheckedContinuation { reply in
            DispatchQueue(label: "prompterd.systemctl").async { @Sendable in
                let properties = "--property=\(UnitState.properties.joined(separator: ","))"
                reply.resume(returning: output(of: ["systemctl", "--no-pager", "show", properties, "--", name]))
            }
        }
        guard let shown else {
            throw Unavailable(description: "systemctl show \(name) fails; does systemd answer this user?")
        }
        return UnitState(name, shown: shown)
    }

    /// What a program writes to its standard output; `nil` where it can't be started, fails, or takes too long.
    private static func output(of arguments: [String]) -> String? {
        var ends: [CInt] = [0, 0]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let reader = Descriptor(owning: ends[0])
        guard let process = start(arguments, output: Descriptor(owning: ends[1])) else { return nil }
        let output = read(reader)
        if output == nil { kill(process, SIGKILL) }
        var status: CInt = 0
        while waitpid(process, &status, 0) < 0 && errno == EINTR {}
        return status == 0 ? output.map { String(decoding: $0, as: UTF8.self) } : nil
    }

    private static func start(_ arguments: [String], output: consuming Descriptor) -> pid_t? {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output.number, STDOUT_FILENO)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
        // The strings live until the call returns, and posix_spawnp(3) copies them.
        let words = arguments.map { strdup($0) }
        defer { for word in words { free(word) } }
        var process: pid_t = 0
        let code = posix_spawnp(&process, arguments[0], &actions, nil, words + [nil], environ)
        return code == 0 ? process : nil
    }

    private static func read(_ reader: borrowing Descriptor) -> [UInt8]? {
        let end = ContinuousClock.now + patience
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while output.count < mostOutput {
            var waiting = pollfd(fd: reader.number, events: Int16(POLLIN), revents: 0)
            let rest = ContinuousClock.now.duration(to: end).milliseconds
            guard rest > 0, poll(&waiting, 1, CInt(rest)) >= 0 || errno == EINTR else { return nil }
            guard waiting.revents != 0 else { continue }
            let count = Glibc.read(reader.number, &chunk, chunk.count)
            if count == 0 { return output }
            guard count > 0 || errno == EINTR else { return nil }
            output += chunk.prefix(max(0, count))
        }
        return nil
    }
}
