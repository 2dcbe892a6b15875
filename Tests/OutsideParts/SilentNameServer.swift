import Foundation
import Glibc

/// A name server that takes questions and answers none. For root alone: its port is 53, as resolv.conf(5) knows no other.
public final class SilentNameServer: Sendable {
    /// An address of this machine's own that nobody else uses.
    public let address: String
    private let socket: CInt

    public init() throws {
        let socket = Glibc.socket(AF_INET, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw Socket.Failure(call: "socket") }
        for _ in 0..<100 {
            let bytes = [127, UInt8.random(in: 1...254), .random(in: 1...254), .random(in: 1...254)]
            let host = bytes.reduce(0) { $0 << 8 | UInt32($1) }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(53).bigEndian
            address.sin_addr.s_addr = in_addr_t(host).bigEndian
            let size = socklen_t(MemoryLayout<sockaddr_in>.size)
            let result = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(socket, $0, size) }
            }
            if result == 0 {
                self.socket = socket
                self.address = bytes.map(String.init).joined(separator: ".")
                return
            }
        }
        let failure = Socket.Failure(call: "bind")
        close(socket)
        throw failure
    }

    deinit {
        close(socket)
    }

    /// Waits for a question, and leaves it unread.
    public func question() async {
        await withCheckedContinuation { reply in
            Thread.detachNewThread { [self] in
                var byte: UInt8 = 0
                _ = recv(socket, &byte, 1, CInt(MSG_PEEK))
                reply.resume()
            }
        }
    }
}
