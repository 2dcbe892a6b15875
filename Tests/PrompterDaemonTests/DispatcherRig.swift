import LinuxHost
import Logging
import PrompterCore
import PrompterDaemon

/// A dispatcher with a store, a clock, a webhook and pauses of the test's own: nothing in it waits for time to pass.
final class DispatcherRig: Sendable {
    struct Failure: Error, CustomStringConvertible { var description: String }

    private struct Row {
        var delivery: Delivery
        var next: Timestamp?
    }

    private struct State {
        var now = Moment(wall: Timestamp(milliseconds: 1_764_000_000_000), uptime: Uptime(sinceStart: .seconds(1000)))
        var rows: [Row] = []
        /// Open while the store takes nothing.
        var hold: (stream: AsyncStream<Void>, end: AsyncStream<Void>.Continuation)?
        var pauses: [(time: Duration, end: AsyncStream<Void>.Continuation)] = []
        var lines: [String] = []
        var requests: [HTTPRequest] = []
    }

    /// Collects lines.
    private struct Lines: LogHandler {
        let rig: @Sendable (String) -> Void
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level = .info
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }
        func log(event: LogEvent) { rig("\(event.level): \(event.message)") }
    }

    let probeGuard: any ProbeGuard
    /// Each end that the store took, with the event's id.
    let settles: AsyncStream<(event: String, ending: DeliveryEnding)>
    /// Each request as it is sent.
    let requests: AsyncStream<HTTPRequest>
    /// How long each pause would have been.
    let pauses: AsyncStream<Duration>
    private let settled: AsyncStream<(event: String, ending: DeliveryEnding)>.Continuation
    private let requested: AsyncStream<HTTPRequest>.Continuation
    private let paused: AsyncStream<Duration>.Continuation
    private let state = Locked(State())
    private let answer: @Sendable (HTTPRequest, Int) -> HTTPResponse?
    private let headers: @Sendable (String) throws -> [HTTPHeader]

    /// - Parameter answer: what a webhook answers to a request, which is its so-manieth in all; `nil` hangs until it is broken off.
    init(
        probeGuard: any ProbeGuard = LocalGuard(),
        headers: @escaping @Sendable (String) throws -> [HTTPHeader] = { _ in [] },
        answer: @escaping @Sendable (HTTPRequest, Int) -> HTTPResponse?
    ) {
        self.probeGuard = probeGuard
        self.headers = headers
        self.answer = answer
        (settles, settled) = AsyncStream.makeStream()
        (requests, requested) = AsyncStream.makeStream()
        (pauses, paused) = AsyncStream.makeStream()
    }

    func dispatcher() -> WebhookDispatcher {
        WebhookDispatcher(
            WebhookDispatcher.Parts(
                look: { now, _ in self.due(at: now) },
                settle: { await self.settle($0, $1) },
                secrets: { WebhookSecrets(headers: try $0.headerFile.map { try self.headers($0) } ?? []) },
                send: { try await self.send($0) }, probeGuard: probeGuard, clock: { self.now },
                pause: { try await self.pause($0) },
                log: Log(
                    Logger(label: "test") { _ in
                        Lines(rig: { line in self.state.withLock { $0.lines.append(line) } })
                    }),
                service: "s", environment: "e"))
    }

    var now: Moment { state.withLock { $0.now } }
    var lines: [String] { state.withLock { $0.lines } }
    var sent: Int { state.withLock { $0.requests.count } }

    func advance(by time: Duration) {
        state.withLock { $0.now = $0.now.advanced(by: time) }
    }

    /// Lets the store take nothing until ``release()``.
    func hold() {
        let (stream, end) = AsyncStream<Void>.makeStream()
        state.withLock { $0.hold = (stream, end) }
    }

    func release() {
        state.withLock { $0.hold }?.end.finish()
    }

    /// Adds something to tell.
    func add(_ id: String, to webhook: Webhook) {
        let target = Target(provider: Provider(name: "p", dialect: .openAI), model: "m").id
        let event = Event(
            id: id, target: target, kind: .first, signal: nil, value: "v-\(id)", slot: 1, time: now.wall)
        let row = Row(delivery: Delivery(event: event, hook: webhook.id, provider: "p", model: "m"), next: now.wall)
        state.withLock { $0.rows.append(row) }
    }

    /// Ends the first pause of `time` that is under way.
    func endPause(of time: Duration) {
        state.withLock { state in
            guard let index = state.pauses.lastIndex(where: { $0.time == time }) else { return }
            state.pauses.remove(at: index).end.finish()
        }
    }

    private func due(at now: Timestamp) -> DueDeliveries {
        state.withLock { state in
            let pending = state.rows.filter { $0.next != nil }
            var found = DueDeliveries(pending: pending.count)
            for row in pending where row.next! <= now && !found.due.contains(where: { $0.hook == row.delivery.hook }) {
                found.due.append(row.delivery)
            }
            found.next = pending.compactMap(\.next).filter { $0 > now }.min()
            return found
        }
    }

    private func settle(_ delivery: Delivery, _ ending: DeliveryEnding) async {
        if let hold = state.withLock({ $0.hold }) { for await _ in hold.stream {} }
        state.withLock { state in
            for index in state.rows.indices where state.rows[index].delivery.event == delivery.event {
                switch ending {
                case .delivered, .givenUp: state.rows[index].next = nil
                case .held(let time): state.rows[index].next = time
                case .failed(let time):
                    state.rows[index].next = time
                    state.rows[index].delivery.attempts += 1
                }
            }
        }
        settled.yield((delivery.event.id, ending))
    }

    private func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        let number = state.withLock { state in
            state.requests.append(request)
            return state.requests.count
        }
        requested.yield(request)
        if let response = answer(request, number) { return response }
        for await _ in AsyncStream<Never>.makeStream().stream {}
        throw Failure(description: "broken off")
    }

    private func pause(_ time: Duration) async throws {
        let (stream, end) = AsyncStream<Void>.makeStream()
        state.withLock { $0.pauses.append((time, end)) }
        paused.yield(time)
        for await _ in stream {}
        try Task.checkCancellation()
    }
}
