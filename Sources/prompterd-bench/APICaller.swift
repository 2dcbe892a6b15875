import Glibc

/// A client of the API on its Unix socket, which waits for each answer.
final class APICaller {
    private let descriptor: Int32

    /// - Throws: ``BenchFailure``.
    init(socket path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let fits = withUnsafeMutableBytes(of: &address.sun_path) { place in
            guard path.utf8.count < place.count else { return false }
            place.copyBytes(from: path.utf8)
            return true
        }
        guard fits else { throw BenchFailure("\(path) is too long for a socket; give a shorter --folder") }
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { throw BenchFailure(path, errno: errno) }
    }

    deinit { close(descriptor) }

    /// The body at a path.
    func get(_ path: String) throws -> String {
        try ask("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n")
    }

    /// Asks for a template's version.
    func ensureVersion(_ template: String) throws {
        let answer = try ask(
            "POST /v1/templates/\(template)/ensure-version HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
        )
        guard answer.contains(#""version_id""#) else { throw BenchFailure("no version: \(answer)") }
    }

    private func ask(_ request: String) throws -> String {
        let request = Array(request.utf8)
        guard send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
            throw BenchFailure("the daemon takes no request", errno: errno)
        }
        var received: [UInt8] = []
        var body: Range<Int>?
        while true {
            body = try body ?? Self.body(in: received)
            if let body, received.count >= body.upperBound { return String(decoding: received[body], as: UTF8.self) }
            var bytes = [UInt8](repeating: 0, count: 65_536)
            let count = read(descriptor, &bytes, bytes.count)
            guard count > 0 else { throw BenchFailure("the daemon hung up") }
            received += bytes.prefix(count)
        }
    }

    /// Where the body of an answer is; `nil` until its headers were received.
    private static func body(in received: [UInt8]) throws -> Range<Int>? {
        guard let end = received.firstRange(of: [13, 10, 13, 10]) else { return nil }
        let head = String(decoding: received[..<end.lowerBound], as: UTF8.self).lowercased()
        guard head.hasPrefix("http/1.1 200 ") else {
            throw BenchFailure("the daemon answers \(String(decoding: received, as: UTF8.self))")
        }
        let length = head.split(separator: "content-length: ").last.flatMap { Int($0.prefix { $0.isNumber }) } ?? 0
        return end.upperBound..<end.upperBound + length
    }
}
