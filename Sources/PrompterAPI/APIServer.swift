import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// Serves the API on one thread of its own, so that no client can keep the scheduler waiting. A client that is slow, or sends too
/// much, is cut off.
public final class APIServer: Sendable {
    /// How many connections may be open at once; those beyond are closed.
    private static let mostConnections = 512
    /// What the group of a socket may do: whoever is in it may ask.
    private static let socketMode: mode_t = 0o660

    /// Why it can't listen, in one line.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    private let group: MultiThreadedEventLoopGroup
    private let channel: any Channel

    /// Listens at `address`. A socket that a crash left there is replaced.
    ///
    /// - Throws: ``Failure``.
    public init(_ address: ListenAddress, _ services: APIServices) async throws(Failure) {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let api = API(services: services, isReachableByBrowsers: address.isReachableByBrowsers)
        let connections = Connections(most: Self.mostConnections)
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                guard connections.open() else { return channel.close() }
                channel.closeFuture.whenComplete { _ in connections.close() }
                return channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.configureHTTPServerPipeline()
                    try pipeline.addHandler(ConnectionHandler(api))
                }
            }
        do {
            switch address {
            case .unix(let path):
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
    }

    /// Takes no more connections, and closes those that are open.
    public func close() async {
        try? await channel.close()
        try? await group.shutdownGracefully()
    }

    private static func text(of error: any Error) -> String {
        guard let error = error as? IOError else { return "\(error)" }
        return String(cString: strerror(error.errnoCode))
    }
}

/// Counts the open connections.
private final class Connections: Sendable {
    private let most: Int
    private let count = Atomic(0)

    init(most: Int) { self.most = most }

    /// - Returns: `false` where no more may be open.
    func open() -> Bool {
        guard count.wrappingAdd(1, ordering: .relaxed).newValue <= most else {
            close()
            return false
        }
        return true
    }

    func close() { count.wrappingSubtract(1, ordering: .relaxed) }
}
