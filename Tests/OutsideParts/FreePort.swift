import Glibc

/// A port of 127.0.0.1 that nobody listens on.
public enum FreePort {
    public static func find() throws -> UInt16 {
        let socket = try Socket.bound()
        defer { close(socket) }
        return try Socket.port(of: socket)
    }
}
