import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix

/// Serves the API on one thread of its own, so that no client can keep the scheduler waiting. A client that is slow, or sends too
/// much, is cut off.
public final class APIServer: Sendable {
    /// What a client may take of it.
    struct Bounds: Sendable {
        /// How many connections may be open at once; those beyond are closed.
        var mostConnections = 512
        /// How long a client may take to send a request whole, be idle between two, and take an answer.
        var patience: TimeAmount = .seconds(30)
        /// How long answers that are due are waited for at the end.
        var farewell: TimeAmount = .seconds(1)
    }

    /// What the group of a socket may do: whoever is in it may ask.
    private static let socketMode: mode_t = 0o660

    /// Why it can't listen, in one line.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    private let group: MultiThreadedEventLoopGroup
    private let channel: any Channel
    private let connections: Connections
    private let bounds: Bounds

    /// Listens at `address`. A socket that a crash left there is replaced.
    ///
    /// - Throws: ``Failure``.
    public convenience init(_ address: ListenAddress, _ services: APIServices) async throws(Failure) {
        try await self.init(address, services, Bounds())
    }

    init(_ address: ListenAddress, _ services: APIServices, _ bounds: Bounds) async throws(Failure) {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let api = API(services: services, isReachableByBrowsers: address.isReachableByBrowsers)
        let connections = Connections(most: bounds.mostConnections)
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                guard connections.add(channel) else { return channel.close() }
                return channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.configureHTTPServerPipeline()
                    try pipeline.addHandler(ConnectionHandler(api, patience: bounds.patience))
                }
            }
        do {
            switch address {
            case .unix(let path):
                guard try await !Self.isServed(path, group) else {
                    throw Failure(description: "another process listens there; give each a path of its own")
                }
                channel = try await bootstrap.bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
                // Until now only its owner could connect: that needs the right to write.
                chmod(path, Self.socketMode)
            case .loopback(let host, let port): channel = try await bootstrap.bind(host: host, port: port).get()
            }
        } catch {
            try? await group.shutdownGracefully()
            throw Failure(description: "\(address): \(Self.text(of: error))")
        }
        self.group = group
        self.connections = connections
        self.bounds = bounds
    }

    /// Takes no more connections, and closes those that are open, each once what it was asked is answered.
    public func close() async {
        try? await channel.close()
        await connections.close(within: bounds.farewell)
        try? await group.shutdownGracefully()
    }

    /// Whether somebody listens on the socket at `path`, which is then not left over.
    ///
    /// - Throws: where that cannot be told.
    private static func isServed(_ path: String, _ group: MultiThreadedEventLoopGroup) async throws -> Bool {
        let client = ClientBootstrap(group: group).connectTimeout(.seconds(1))
        do {
            try await client.connect(unixDomainSocketPath: path).get().close()
            return true
        } catch let error as IOError where [ECONNREFUSED, ENOENT].contains(error.errnoCode) {
            return false
        } catch let error as IOError where error.errnoCode == EAGAIN {
            // Somebody listens and is behind: as many clients wait as may.
            return true
        }
    }

    private static func text(of error: any Error) -> String {
        if let failure = error as? Failure { return failure.description }
        if error is UnixDomainSocketPathWrongType { return "a file that is no socket is in the way" }
        guard let error = error as? IOError else { return "\(error)" }
        return String(cString: strerror(error.errnoCode))
    }
}
