import Glibc

/// One connection to a ``RedisServer`` for one question, independent of what is tested.
struct RedisLine: ~Copyable {
    private let socket: Int32

    init(port: UInt16) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = Self.address(port: port)
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw RedisServerError("no connection to port \(port): \(errno)") }
    }

    init(path: String) throws {
        socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix(107)) }
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard status == 0 else { throw RedisServerError("no connection to \(path): \(errno)") }
    }

    deinit {
        close(socket)
    }

    static func address(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    func ask(_ words: [[UInt8]]) throws -> RedisAnswer {
        var command = Array("*\(words.count)\r\n".utf8)
        for word in words { command += Array("$\(word.count)\r\n".utf8) + word + [13, 10] }
        while !command.isEmpty {
            let count = send(socket, command, command.count, Int32(MSG_NOSIGNAL))
            guard count > 0 else { throw RedisServerError("Redis does not listen: \(errno)") }
            command.removeFirst(count)
        }
        let line = try readLine()
        switch line.first {
        case "+": return .status(String(line.dropFirst()))
        case "-": return .error(String(line.dropFirst()))
        case ":": return .integer(Int(line.dropFirst()) ?? 0)
        case "$" where line == "$-1": return .null
        case "$": return .bytes(try (0..<(Int(line.dropFirst()) ?? 0)).map { _ in try readByte() })
        default: throw RedisServerError("not a plain answer: \(line)")
        }
    }

    private func readLine() throws -> String {
        var line: [UInt8] = []
        while true {
            let byte = try readByte()
            if byte == 10 { return String(decoding: line.dropLast(), as: UTF8.self) }
            line.append(byte)
        }
    }

    private func readByte() throws -> UInt8 {
        var byte: UInt8 = 0
        guard recv(socket, &byte, 1, 0) == 1 else { throw RedisServerError("Redis does not answer: \(errno)") }
        return byte
    }
}
