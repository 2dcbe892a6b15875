import NIOCore
import PrompterCore

/// The open connections.
final class Connections: Sendable {
    /// What a connection hears when it is to close once what it was asked is answered.
    struct Farewell: Sendable {}

    private let most: Int
    private let channels = Locked<[ObjectIdentifier: any Channel]>([:])

    /// - Parameter most: how many may be open at once.
    init(most: Int) { self.most = most }

    /// - Returns: `false` where no more may be open.
    func add(_ channel: any Channel) -> Bool {
        let id = ObjectIdentifier(channel)
        let isAdded = channels.withLock { channels in
            guard channels.count < most else { return false }
            channels[id] = channel
            return true
        }
        if isAdded { channel.closeFuture.whenComplete { [self] _ in channels.withLock { $0[id] = nil } } }
        return isAdded
    }

    /// Has all of them closed, each once what it was asked is answered, or when `time` is over.
    func close(within time: TimeAmount) async {
        let open = channels.withLock { Array($0.values) }
        guard let loop = open.first?.eventLoop else { return }
        for channel in open { channel.pipeline.fireUserInboundEventTriggered(Farewell()) }
        let closed = EventLoopFuture.andAllComplete(open.map(\.closeFuture), on: loop)
        let alarm = loop.scheduleTask(in: time) { for channel in open { channel.close(promise: nil) } }
        try? await closed.get()
        alarm.cancel()
    }
}
