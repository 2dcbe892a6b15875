import NIOCore
import NIOHTTP1
import PrompterCore

/// One connection: reads a request whole, has it answered, and then reads the next.
final class ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let api: API
    private let patience: TimeAmount
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    /// What cuts the client off.
    private var deadline: Scheduled<Void>?
    /// Whether what comes is left unread: the connection is about to be closed.
    private var isRefused = false
    private var isAnswering = false
    /// Whether the connection is closed after the next answer.
    private var isLast = false

    /// - Parameter patience: how long a client may take to send a request whole, be idle between two, and take an answer.
    init(_ api: API, patience: TimeAmount) {
        self.api = api
        self.patience = patience
    }

    func channelActive(context: ChannelHandlerContext) {
        expectProgress(of: context.channel)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isRefused else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = []
        case .body(let part):
            guard body.count + part.readableBytes <= APIRequest.longestBody else {
                isRefused = true
                let refusal = APIResponse.problem(
                    413, "Content Too Large", "a body may have \(APIRequest.longestBody) bytes at most")
                return send(refusal, to: context, isHead: false, isKeptAlive: false)
            }
            body.append(contentsOf: part.readableBytesView)
        case .end:
            guard let head else { return }
            self.head = nil
            deadline?.cancel()
            answer(head, context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is Connections.Farewell else { return context.fireUserInboundEventTriggered(event) }
        isLast = true
        if !isAnswering { context.close(promise: nil) }
    }

    private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let headers = Dictionary(head.headers.map { ($0.name.lowercased(), [$0.value]) }, uniquingKeysWith: +)
        let request = APIRequest(method: head.method.rawValue, target: head.uri, headers: headers, body: body)
        body = []
        isAnswering = true
        let (isHead, isKeptAlive) = (head.method == .HEAD, head.isKeepAlive)
        // Pipelined requests wait in the handler before this one until the answer is written.
        context.eventLoop.makeFutureWithTask { [api] in await api.respond(to: request) }
            .assumeIsolated().whenSuccess { [self] response in
                send(response, to: context, isHead: isHead, isKeptAlive: isKeptAlive)
            }
    }

    private func send(_ response: APIResponse, to context: ChannelHandlerContext, isHead: Bool, isKeptAlive: Bool) {
        let isKeptAlive = isKeptAlive && !isLast
        var headers = HTTPHeaders(response.headers.map { ($0.name, $0.value) })
        headers.add(name: "Content-Length", value: String(response.body.count))
        if !isKeptAlive { headers.add(name: "Connection", value: "close") }
        let head = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: response.status), headers: headers)
        expectProgress(of: context.channel)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if !isHead, !response.body.isEmpty {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: response.body)))), promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil))).assumeIsolated().whenComplete { [self] result in
            isAnswering = false
            guard case .success = result, isKeptAlive else { return context.close(promise: nil) }
            expectProgress(of: context.channel)
        }
    }

    /// Closes `channel` unless this is called again in time, or a request is being answered.
    private func expectProgress(of channel: any Channel) {
        deadline?.cancel()
        deadline = channel.eventLoop.scheduleTask(in: patience) { channel.close(promise: nil) }
    }
}
