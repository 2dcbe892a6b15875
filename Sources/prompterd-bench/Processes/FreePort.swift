import Glibc

/// A port of this machine that nobody listens on.
enum FreePort {
    static func find() throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        // Port 0 has the kernel choose one.
        guard Loopback.call(bind, descriptor, port: 0) == 0 else { throw BenchFailure("no free port", errno: errno) }
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        return UInt16(bigEndian: address.sin_port)
    }
}

/// TCP within this machine.
enum Loopback {
    /// Calls bind(2) or connect(2) with 127.0.0.1 and `port`.
    static func call(
        _ function: (Int32, UnsafePointer<sockaddr>?, socklen_t) -> Int32, _ descriptor: Int32, port: UInt16
    ) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                function(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// Waits until a server that was just started accepts connections.
    static func waitForServer(at port: UInt16) throws {
        for _ in 0..<500 {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(descriptor) }
            if call(connect, descriptor, port: port) == 0 { return }
            usleep(10_000)
        }
        throw BenchFailure("nobody listens at port \(port) after five seconds")
    }

    /// Gets `path` from a server that ends the connection after its answer.
    static func get(_ path: String, at port: UInt16) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        let request = Array("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)
        guard call(connect, descriptor, port: port) == 0,
            send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count
        else { throw BenchFailure("port \(port)", errno: errno) }
        var answer = [UInt8](repeating: 0, count: 4096)
        while read(descriptor, &answer, answer.count) > 0 {}
    }
}
