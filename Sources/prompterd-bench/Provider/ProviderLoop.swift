import DequeModule
import Glibc

/// A server of HTTP/1.1 on one thread, which answers each request the same after a fixed time.
struct ProviderLoop {
    /// An answer that is due.
    private struct Answer {
        var time: UInt64
        var connection: Int32
    }

    private let listener: Int32
    /// In nanoseconds.
    private let delay: UInt64
    /// In the order in which they are due, since each takes as long.
    private var answers = Deque<Answer>()
    /// What came of requests that are not complete, by their connections.
    private var beginnings: [Int32: [UInt8]] = [:]
    private var connections: Set<Int32> = [] { didSet { isChanged = true } }
    private var isChanged = true
    private var log = ArrivalLog()
    private var chunk = [UInt8](repeating: 0, count: 65_536)

    /// - Parameter delay: in milliseconds.
    init(port: UInt16, delay: Int) throws {
        self.delay = UInt64(delay) * 1_000_000
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
        var yes: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        guard Loopback.call(bind, listener, port: port) == 0, listen(listener, SOMAXCONN) == 0 else {
            throw BenchFailure("port \(port)", errno: errno)
        }
    }

    /// Serves for as long as the process lives.
    mutating func run() -> Never {
        var waiting: [pollfd] = []
        while true {
            if isChanged {
                isChanged = false
                waiting = ([listener] + connections).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            }
            // Not before the next answer is due: a whole millisecond is what poll(2) knows.
            let wait = answers.first.map { Int32(($0.time - min($0.time, ArrivalLog.now) + 999_999) / 1_000_000) }
            poll(&waiting, nfds_t(waiting.count), wait ?? -1)
            for place in waiting where place.revents != 0 {
                if place.fd == listener { accept() } else { read(place.fd) }
            }
            while let answer = answers.first, answer.time <= ArrivalLog.now {
                send(ProviderMessages.answer, to: answer.connection)
                log.inFlight -= 1
                answers.removeFirst()
            }
        }
    }

    private mutating func accept() {
        while true {
            let connection = Glibc.accept(listener, nil, nil)
            guard connection >= 0 else { return }
            var yes: Int32 = 1
            setsockopt(connection, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
            connections.insert(connection)
        }
    }

    private mutating func read(_ connection: Int32) {
        let count = recv(connection, &chunk, chunk.count, Int32(MSG_DONTWAIT))
        guard count > 0 else { return hangUp(connection) }
        var bytes = (beginnings.removeValue(forKey: connection) ?? []) + chunk[..<count]
        while let request = ProviderMessages.request(in: bytes) {
            bytes.removeFirst(request.length)
            serve(request, connection)
        }
        if !bytes.isEmpty { beginnings[connection] = bytes }
    }

    private mutating func serve(_ request: ProviderMessages.Request, _ connection: Int32) {
        guard !request.asksForLog else {
            log.write(to: "logs/arrivals.bin")
            send(ProviderMessages.done, to: connection)
            return hangUp(connection)
        }
        log.add(target: request.target)
        guard delay == 0 else { return answers.append(Answer(time: ArrivalLog.now + delay, connection: connection)) }
        send(ProviderMessages.answer, to: connection)
        log.inFlight -= 1
    }

    private func send(_ message: [UInt8], to connection: Int32) {
        _ = Glibc.send(connection, message, message.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
    }

    private mutating func hangUp(_ connection: Int32) {
        close(connection)
        connections.remove(connection)
        beginnings[connection] = nil
        // The number may soon be another's.
        let count = answers.count
        answers.removeAll { $0.connection == connection }
        log.inFlight -= count - answers.count
    }
}
