import Foundation
import Glibc
import PrompterCore

/// A real redis-server of a test's own, in a temporary folder of its own, which keeps nothing on disk.
///
/// It never outlives the test's process. ``stop()`` removes the folder, too.
public final class RedisServer: Sendable {
    /// Where it listens.
    public enum Place: Sendable {
        /// On a Unix socket in its folder.
        case socket
        /// On a port of 127.0.0.1 that was free.
        case port
    }

    /// Its address without a login: `unix:///…` or `redis://127.0.0.1:…`.
    public let url: String
    private let folder: String
    private let port: UInt16?
    private let arguments: [String]
    private let process = Locked<RedisProcess?>(nil)

    /// Starts a server.
    ///
    /// - Parameter arguments: more of redis-server's, such as `["--requirepass", "secret"]`.
    public init(on place: Place = .socket, arguments: [String] = []) async throws {
        folder = try Self.makeFolder()
        let common = ["--save", "", "--appendonly", "no", "--dir", folder, "--daemonize", "no"]
        switch place {
        case .socket:
            port = nil
            url = "unix://\(folder)/redis.sock"
            self.arguments = common + ["--port", "0", "--unixsocket", "\(folder)/redis.sock"] + arguments
        case .port:
            let free = try Self.freePort()
            port = free
            url = "redis://127.0.0.1:\(free)"
            self.arguments = common + ["--port", "\(free)", "--bind", "127.0.0.1"] + arguments
        }
        try await start()
    }

    deinit {
        process.withLock { $0?.send(SIGKILL) }
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Starts it again, empty, at its old place.
    public func start() async throws {
        let run = try await RedisProcess.start(arguments)
        process.withLock { $0 = run }
    }

    /// Kills it (SIGKILL) and waits for its end.
    public func kill() async {
        let run = process.withLock { process in
            defer { process = nil }
            return process
        }
        run?.send(SIGKILL)
        await run?.ended()
    }

    /// Stops it in the middle of whatever it does (SIGSTOP): its connections stay, but nothing answers.
    public func pause() {
        process.withLock { $0?.send(SIGSTOP) }
    }

    /// Lets it go on (SIGCONT).
    public func resume() {
        process.withLock { $0?.send(SIGCONT) }
    }

    /// Kills it and removes its folder.
    public func stop() async {
        await kill()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Asks it over a connection of the test's own.
    @discardableResult
    public func ask(_ words: String...) throws -> RedisAnswer {
        try ask(words.map { Array($0.utf8) })
    }

    /// Asks it over a connection of the test's own.
    @discardableResult
    public func ask(_ words: [[UInt8]]) throws -> RedisAnswer {
        let line = try port.map(RedisLine.init(port:)) ?? RedisLine(path: "\(folder)/redis.sock")
        return try line.ask(words)
    }

    private static func makeFolder() throws -> String {
        var template = Array("/tmp/prompterd-redis-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw RedisServerError("no temporary folder: \(errno)") }
        return String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// A port that the kernel gave to nobody else.
    private static func freePort() throws -> UInt16 {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(socket) }
        var address = RedisLine.address(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(socket, address, length) == 0 && getsockname(socket, address, &length) == 0
            }
        }
        guard status else { throw RedisServerError("no free port: \(errno)") }
        return UInt16(bigEndian: address.sin_port)
    }
}
