import Glibc
import PrompterCore

/// One connection of a ``FakeProvider``: reads requests and answers them until either side ends it.
final class FakeConnection: Sendable {
    private let socket: CInt
    private let number: Int
    private let ending: CInt
    private let serve: @Sendable (RecordedRequest) -> (RecordedRequest, FakeAnswer)
    private let answered: @Sendable (RecordedRequest) -> Void

    /// - Parameters:
    ///   - socket: closed when ``run()`` is done.
    ///   - serve: takes note of a request, and says what to do with it.
    ///   - answered: told of each request whose right answer was written to its end.
    init(
        _ socket: CInt, number: Int, ending: CInt,
        serve: @escaping @Sendable (RecordedRequest) -> (RecordedRequest, FakeAnswer),
        answered: @escaping @Sendable (RecordedRequest) -> Void
    ) {
        self.socket = socket
        self.number = number
        self.ending = ending
        self.serve = serve
        self.answered = answered
    }

    func run() {
        var received: [UInt8] = []
        while let request = nextRequest(&received), respond(to: request) {}
        close(socket)
    }

    /// - Returns: whether the connection may bring another request.
    private func respond(to request: RecordedRequest) -> Bool {
        let (numbered, answer) = serve(request)
        guard carryOut(answer) else { return false }
        answered(numbered)
        return !isLast(request)
    }

    private func isLast(_ request: RecordedRequest) -> Bool {
        request.header("Connection")?.lowercased() == "close"
    }

    /// - Returns: whether it was a right answer, written to its end.
    private func carryOut(_ answer: FakeAnswer) -> Bool {
        switch answer {
        case .response(let status, let headers, let body):
            return send(head(status, headers, length: body.count) + body)
        case .bytes(let bytes):
            _ = send(bytes)
        case .reset(let bytes):
            _ = send(bytes)
            Socket.resetOnClose(socket)
        case .hang:
            while receive() != nil {}
        case .drip(let body, let pause):
            guard send(head(200, [], length: body.count)) else { return false }
            for byte in body {
                guard Socket.wait(socket, orEnd: ending, atMost: pause) == .late, send([byte]) else { return false }
            }
            return true
        case .endless(let chunk):
            guard send(Array("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".utf8)) else { return false }
            while send(chunk) {}
        }
        return false
    }

    private func head(_ status: Int, _ headers: [HTTPHeader], length: Int) -> [UInt8] {
        let lines = headers.map { "\($0.name): \($0.value)\r\n" }.joined()
        return Array("HTTP/1.1 \(status) Answer\r\n\(lines)Content-Length: \(length)\r\n\r\n".utf8)
    }

    /// The next request; what stands behind it stays in `received`. `nil` where the connection ends first.
    private func nextRequest(_ received: inout [UInt8]) -> RecordedRequest? {
        var searched = 0
        while true {
            if let end = endOfHead(received, from: searched) {
                return request(head: received[..<end], &received, bodyStart: end)
            }
            searched = max(0, received.count - 3)
            guard let more = receive() else { return nil }
            received += more
        }
    }

    private func endOfHead(_ bytes: [UInt8], from start: Int) -> Int? {
        guard bytes.count >= 4 else { return nil }
        return (start...bytes.count - 4).first { bytes[$0..<$0 + 4].elementsEqual([0x0D, 0x0A, 0x0D, 0x0A]) }.map {
            $0 + 4
        }
    }

    private func request(head: ArraySlice<UInt8>, _ received: inout [UInt8], bodyStart: Int) -> RecordedRequest? {
        let lines = head.split(whereSeparator: { $0 == 0x0D || $0 == 0x0A }).map { String(decoding: $0, as: UTF8.self) }
        let start = (lines.first ?? "").split(separator: " ")
        guard start.count == 3 else { return nil }
        let headers = lines.dropFirst().map { line in
            let name = line.prefix { $0 != ":" }
            return HTTPHeader(String(name), String(line.dropFirst(name.count + 1).drop { $0 == " " }))
        }
        var request = RecordedRequest(
            number: 0, connection: number, method: String(start[0]), path: String(start[1]), headers: headers, body: [])
        let end = bodyStart + (request.header("Content-Length").flatMap { Int($0) } ?? 0)
        while received.count < end {
            guard let more = receive() else { return nil }
            received += more
        }
        request.body = Array(received[bodyStart..<end])
        received.removeFirst(end)
        return request
    }

    /// Some bytes of the client; `nil` where it has gone or the server stops.
    private func receive() -> [UInt8]? {
        guard Socket.wait(socket, orEnd: ending) == .ready else { return nil }
        let bytes = [UInt8](unsafeUninitializedCapacity: 16384) { buffer, count in
            count = max(0, recv(socket, buffer.baseAddress, buffer.count, 0))
        }
        return bytes.isEmpty ? nil : bytes
    }

    /// - Returns: whether all of `bytes` were taken over; not where the client has gone or the server stops.
    private func send(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { buffer in
                Glibc.send(socket, buffer.baseAddress, buffer.count, CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT))
            }
            if sent > 0 {
                rest = rest.dropFirst(sent)
            } else {
                guard errno == EAGAIN, Socket.wait(socket, for: POLLOUT, orEnd: ending) == .ready else { return false }
            }
        }
        return true
    }
}
