import Glibc

/// What a service manager has for the daemon's messages (sd_notify(3)): a datagram socket, here one without a file.
struct NotifySocket: ~Copyable {
    /// For `$NOTIFY_SOCKET`.
    let name: String
    private let descriptor: Int32

    init() throws {
        name = "@prompterd-bench-\(UInt64.random(in: 0 ... .max))"
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // A name that begins with a zero byte stands in no folder (unix(7)).
        let bytes = [0] + Array(name.utf8.dropFirst())
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let length = MemoryLayout<sockaddr_un>.offset(of: \.sun_path)! + bytes.count
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, socklen_t(length)) }
        }
        guard result == 0 else { throw BenchFailure("no socket for the daemon's messages", errno: errno) }
    }

    deinit { close(descriptor) }

    /// The next message; `nil` where none comes for a tenth of a second.
    func receive() -> String? {
        var time = timeval(tv_sec: 0, tv_usec: 100_000)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        var message = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &message, message.count, 0)
        return count > 0 ? String(decoding: message.prefix(count), as: UTF8.self) : nil
    }
}
