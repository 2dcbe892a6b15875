import Glibc

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

    /// Whether a server accepts connections there.
    static func isListening(at port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        return call(connect, descriptor, port: port) == 0
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
