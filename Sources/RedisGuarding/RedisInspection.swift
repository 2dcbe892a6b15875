import Dispatch
import Glibc
public import PrompterCore

/// A look at a Redis that changes nothing there.
public enum RedisInspection {
    /// How long the connection, and then all the answers, may take.
    private static let patience: Duration = .seconds(2)

    /// Connects, logs in and asks what it says of itself. Looking up its name may take longer than anything else here does.
    ///
    /// - Throws: ``Failure``
    public static func state(of url: RedisURL) async throws(Failure) -> RedisState {
        let result: Result<RedisState, Failure> = await withCheckedContinuation { reply in
            DispatchQueue(label: "prompterd.redis-inspection").async { @Sendable in
                // hiredis 0.14 writes with write(2). The signal stays blocked: one that came meanwhile would end the program.
                var signals = sigset_t()
                sigemptyset(&signals)
                sigaddset(&signals, SIGPIPE)
                pthread_sigmask(SIG_BLOCK, &signals, nil)
                reply.resume(returning: Result { () throws(RedisError) in try look(at: url) }.mapError(Failure.init))
            }
        }
        return try result.get()
    }

    private static func look(at url: RedisURL) throws(RedisError) -> RedisState {
        let connection = try RedisConnection(to: url.address, timeout: patience)
        try connection.logIn(url)
        var commands = RedisCommands()
        commands.begin(arguments: 1)
        commands.append("INFO")
        try connection.send(commands)
        switch try connection.reply() {
        case .text(let info): return RedisState(info: String(decoding: info, as: UTF8.self))
        // Redis counts INFO among its dangerous commands, so that a user who may lease slots may not be allowed it.
        case .error(let text) where text.hasPrefix("NOPERM"): return RedisState(info: "")
        case .error(let text): throw RedisError.refusal("INFO", text)
        default: throw RedisError.unexpected("INFO")
        }
    }

    /// Why it can't be used: one line, without the password.
    public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        private let text: SafeText

        init(_ error: RedisError) {
            text = error.text
        }

        public var description: String { text.description }
    }
}
