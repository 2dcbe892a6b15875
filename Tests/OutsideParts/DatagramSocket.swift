import Glibc

/// A datagram socket at a path, as a service manager has one.
public final class DatagramSocket: Sendable {
    private let descriptor: Int32

    public init(at path: String) {
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { fatalError("no socket at \(path): error \(errno)") }
    }

    deinit {
        close(descriptor)
    }

    /// Waits for the next message.
    public func receive() -> String {
        var message = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor, &message, message.count, 0)
        return String(decoding: message.prefix(max(0, count)), as: UTF8.self)
    }

    /// Whether no message waits.
    public var isEmpty: Bool {
        var byte: UInt8 = 0
        return recv(descriptor, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT)) < 0 && errno == EAGAIN
    }
}
