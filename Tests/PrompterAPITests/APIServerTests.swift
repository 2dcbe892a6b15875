import Foundation
import Glibc
import NIOCore
import OutsideParts
import PrompterCore
import Testing

@testable import PrompterAPI

/// A real socket, and clients that no library would let be so bad. What is cut off ends; a test of what is not would hang.
struct APIServerTests {
    private let folder = TemporaryFolder()

    /// A server whose metrics take `pause`, and tell when they begin.
    private func server(
        pause: Duration = .zero, _ bounds: APIServer.Bounds = APIServer.Bounds(),
        begun: @escaping @Sendable () -> Void = {}
    ) async throws -> APIServer {
        let services = APIServices(
            version: { _ in .tooManyUnwatched(.zero) },
            exposition: {
                begun()
                try? await Task.sleep(for: pause)
                return Array("prompter_up 1\n".utf8)
            }, isHealthy: { true }, isReady: { true }, reload: { [] })
        return try await APIServer(.unix(path), services, bounds)
    }

    private var path: String { folder.path(of: "api.sock") }

    private typealias Call = (CInt, UnsafePointer<sockaddr>?, socklen_t) -> CInt

    /// A socket on which `call`, bind(2) or connect(2), was made with the server's path.
    private func socket(_ call: Call) throws -> CInt {
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let result = withUnsafeBytes(of: &address) {
            call(descriptor, $0.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count))
        }
        try #require(result == 0)
        return descriptor
    }

    private func connect() throws -> CInt { try socket(Glibc.connect) }

    /// Sends `parts` one after the other until the end of the connection, on a thread that may wait.
    ///
    /// - Returns: what came.
    private func exchange(_ parts: [String], pause: useconds_t = 0, closing: Bool = false) async throws -> String {
        let descriptor = try connect()
        return await withCheckedContinuation { ended in
            Thread.detachNewThread {
                for part in parts {
                    if send(descriptor, part, part.utf8.count, Int32(MSG_NOSIGNAL)) < 0 { break }
                    if pause > 0 { usleep(pause) }
                }
                if closing { shutdown(descriptor, Int32(SHUT_WR)) }
                var text: [UInt8] = []
                var chunk = [UInt8](repeating: 0, count: 4096)
                while true {
                    let count = read(descriptor, &chunk, chunk.count)
                    guard count > 0 else { break }
                    text += chunk.prefix(count)
                }
                Glibc.close(descriptor)
                ended.resume(returning: String(decoding: text, as: UTF8.self))
            }
        }
    }

    private let get = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n"

    @Test func severalRequestsOfOneConnectionAreAnsweredInTheirOrder() async throws {
        let server = try await server()
        let ready = "GET /readyz HTTP/1.1\r\nHost: localhost\r\n"
        let text = try await exchange([get + "\r\n" + ready + "\r\n" + get + "Connection: close\r\n\r\n"])
        let places = ["prompter_up 1", "ready", "prompter_up 1"].map { part in text.ranges(of: part).map(\.lowerBound) }
        #expect(text.components(of: "HTTP/1.1 200 OK") == 3 && places[0].count == 2)
        #expect(places[0][0] < places[1][0] && places[1][0] < places[0][1], "\(text)")
        await server.close()
    }

    @Test func whoSendsNothingMoreIsCutOff() async throws {
        let server = try await server(APIServer.Bounds(patience: .milliseconds(100)))
        for parts in [[], [get], ["POST /t/ensure-version HTTP/1.1\r\nContent-Length: 9\r\n\r\n{"]] {
            #expect(try await exchange(parts).isEmpty)
        }
        await server.close()
    }

    /// It has time for its answer, however slow the machine is.
    @Test func whoAsksNothingMoreIsCutOff() async throws {
        let server = try await server(APIServer.Bounds(patience: .seconds(5)))
        #expect(try await exchange([get + "\r\n"]).contains("prompter_up 1"))
        await server.close()
    }

    @Test func whoDripsIsCutOff() async throws {
        let server = try await server(APIServer.Bounds(patience: .milliseconds(100)))
        let drops = [get] + Array(repeating: "X: 1\r\n", count: 100_000)
        #expect(try await exchange(drops, pause: 10_000).isEmpty)
        await server.close()
    }

    @Test func anAnswerThatTakesLongIsWaitedFor() async throws {
        let server = try await server(pause: .milliseconds(300), APIServer.Bounds(patience: .milliseconds(50)))
        #expect(try await exchange([get + "Connection: close\r\n\r\n"]).contains("prompter_up 1"))
        await server.close()
    }

    @Test(arguments: [
        "nonsense\r\n\r\n", "GET /metrics HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
    ])
    func whatIsNoRequestIsRefused(_ text: String) async throws {
        let server = try await server()
        #expect(try await exchange([text]).hasPrefix("HTTP/1.1 400 "))
        await server.close()
    }

    @Test func aHeadWithoutAnEndIsRefused() async throws {
        let server = try await server()
        let line = "X: " + String(repeating: "a", count: 8000) + "\r\n"
        let text = try await exchange([get] + Array(repeating: line, count: 1000))
        #expect(!text.contains("200 OK"))
        await server.close()
    }

    @Test func noMoreConnectionsAreOpenThanMayBe() async throws {
        let server = try await server(APIServer.Bounds(mostConnections: 2))
        let open = try [connect(), connect()]
        // They are counted once they are accepted, in their order.
        #expect(try await exchange([get + "\r\n"]).isEmpty)
        for descriptor in open { Glibc.close(descriptor) }
        await server.close()
    }

    @Test func whatIsAskedIsAnsweredBeforeTheEnd() async throws {
        let (begins, begun) = AsyncStream<Void>.makeStream()
        let server = try await server(pause: .milliseconds(200), APIServer.Bounds(farewell: .seconds(60))) {
            begun.yield()
        }
        let idle = try connect()
        async let answer = exchange([get + "\r\n"])
        for await _ in begins { break }
        await server.close()
        #expect(try await answer.contains("prompter_up 1"))
        var byte: UInt8 = 0
        #expect(read(idle, &byte, 1) == 0)
        Glibc.close(idle)
    }

    /// Somebody who accepts nobody for now is still somebody.
    @Test func aSocketWhoseServerIsBehindIsLeftAlone() async throws {
        let descriptor = try socket(Glibc.bind)
        try #require(listen(descriptor, 0) == 0)
        let client = try connect()
        var before = stat()
        try #require(stat(path, &before) == 0)
        await #expect(throws: APIServer.Failure.self) { try await self.server() }
        var after = stat()
        #expect(stat(path, &after) == 0 && after.st_ino == before.st_ino)
        Glibc.close(client)
        Glibc.close(descriptor)
    }

    @Test func aSocketThatACrashLeftIsReplacedAndAFileIsNot() async throws {
        let descriptor = try socket(Glibc.bind)
        Glibc.close(descriptor)
        let server = try await server()
        #expect(try await exchange([get + "Connection: close\r\n\r\n"]).contains("prompter_up 1"))
        await server.close()
        unlink(path)
        try #require(creat(path, 0o600) >= 0)
        await #expect(throws: APIServer.Failure.self) { try await self.server() }
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG)
    }
}

extension String {
    fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}
