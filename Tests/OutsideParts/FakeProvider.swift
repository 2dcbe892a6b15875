import Glibc
import PrompterCore

/// A real HTTP/1.1 server on 127.0.0.1, on a port that the kernel chooses, which can misbehave as no library would let it.
///
/// A thread accepts, and each connection has a thread of its own, so that one that hangs or drips delays no other.
public final class FakeProvider: Sendable {
    private struct State {
        var log: [RecordedRequest] = []
        var awaiting: [Int: (number: Int, reply: CheckedContinuation<RecordedRequest?, Never>)] = [:]
        var lastAwaiting = 0
        var isStopped = false
    }

    /// `http://127.0.0.1:PORT`
    public let baseURL: String
    public let port: UInt16

    private let answer: @Sendable (RecordedRequest) -> FakeAnswer
    private let answered: @Sendable (RecordedRequest) -> Void
    private let listener: CInt
    /// The connections' threads that are done and wait to be joined.
    private let finished = Locked<[pthread_t]>([])
    /// A pipe that ``stop()`` writes to: whoever waits for a client waits for the end too.
    private let ending: (reading: CInt, writing: CInt)
    private let state = Locked(State())
    private let acceptor = Locked<pthread_t?>(nil)

    /// Takes a port, which refuses connections until ``start()``.
    ///
    /// - Parameters:
    ///   - answered: told of each request whose right answer was given to the kernel to its last byte.
    ///   - answer: what to do with each request; both are called on many threads at once.
    public init(
        answered: @escaping @Sendable (RecordedRequest) -> Void = { _ in },
        answer: @escaping @Sendable (RecordedRequest) -> FakeAnswer
    ) throws {
        self.answered = answered
        self.answer = answer
        listener = try Socket.bound()
        port = try Socket.port(of: listener)
        baseURL = "http://127.0.0.1:\(port)"
        ending = try Socket.pipe()
    }

    deinit {
        close(listener)
        close(ending.reading)
        close(ending.writing)
    }

    public func start() throws {
        guard listen(listener, SOMAXCONN) == 0 else { throw Socket.Failure(call: "listen") }
        acceptor.withLock { $0 = Socket.thread { self.accept() } }
    }

    /// Refuses connections, ends those that are open and joins every thread.
    public func stop() {
        write(ending.writing, [0], 1)
        acceptor.withLock { if let thread = $0.take() { pthread_join(thread, nil) } }
        let awaiting = state.withLock { state in
            state.isStopped = true
            defer { state.awaiting = [:] }
            return state.awaiting.values.map(\.reply)
        }
        for reply in awaiting { reply.resume(returning: nil) }
    }

    /// What has arrived so far, in the order of its arrival.
    public var requests: [RecordedRequest] { state.withLock { $0.log } }

    /// Waits for the `number`-th request, 1 for the first.
    ///
    /// - Returns: `nil` where the server stops, or the task is cancelled, before it arrives.
    public func request(_ number: Int) async -> RecordedRequest? {
        let key = state.withLock { state in
            state.lastAwaiting += 1
            return state.lastAwaiting
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { reply in
                let known: RecordedRequest?? = state.withLock { state in
                    if state.log.count >= number { return .some(state.log[number - 1]) }
                    if state.isStopped || Task.isCancelled { return .some(nil) }
                    state.awaiting[key] = (number, reply)
                    return nil
                }
                if let known { reply.resume(returning: known) }
            }
        } onCancel: {
            state.withLock { $0.awaiting.removeValue(forKey: key) }?.reply.resume(returning: nil)
        }
    }

    /// Accepts until the server stops, then waits for its connections' threads.
    private func accept() {
        var threads: Set<pthread_t> = []
        var count = 0
        while Socket.wait(listener, orEnd: ending.reading) == .ready {
            let client = Glibc.accept(listener, nil, nil)
            guard client >= 0 else { continue }
            Socket.closeOnExec(client)
            count += 1
            let connection = FakeConnection(
                client, number: count, ending: ending.reading, serve: { self.serve($0) }, answered: answered)
            threads.insert(
                Socket.thread {
                    connection.run()
                    self.finished.withLock { $0.append(pthread_self()) }
                })
            for thread in finished.withLock({ done in
                defer { done = [] }
                return done
            }) {
                pthread_join(thread, nil)
                threads.remove(thread)
            }
        }
        // A listening socket that is shut down refuses connections at once, and not only when it is freed.
        shutdown(listener, CInt(SHUT_RD))
        for thread in threads { pthread_join(thread, nil) }
    }

    private func serve(_ request: RecordedRequest) -> (RecordedRequest, FakeAnswer) {
        let (numbered, replies) = state.withLock { state in
            var request = request
            request.number = state.log.count + 1
            state.log.append(request)
            let met = state.awaiting.filter { $0.value.number == request.number }
            for key in met.keys { state.awaiting[key] = nil }
            return (request, met.values.map(\.reply))
        }
        for reply in replies { reply.resume(returning: numbered) }
        return (numbered, answer(numbered))
    }
}
