import Glibc

/// The calls of sockets and threads that the outside parts made of nothing else need.
enum Socket {
    struct Failure: Error, CustomStringConvertible {
        var call: String
        var number = errno

        var description: String { "\(call): \(String(cString: strerror(number)))" }
    }

    /// What ended a wait.
    enum Wait {
        case ready
        case ended
        case late
    }

    /// A socket on 127.0.0.1 and a port that the kernel chooses. It refuses connections until it listens.
    static func bound() throws(Failure) -> CInt {
        let kind = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let socket = Glibc.socket(AF_INET, kind, 0)
        guard socket >= 0 else { throw Failure(call: "socket") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(socket, $0, size) }
        }
        guard result == 0 else {
            let failure = Failure(call: "bind")
            close(socket)
            throw failure
        }
        return socket
    }

    static func port(of socket: CInt) throws(Failure) -> UInt16 {
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &size) }
        }
        guard result == 0 else { throw Failure(call: "getsockname") }
        return UInt16(bigEndian: address.sin_port)
    }

    /// Waits until `socket` shows one of `events`, its end being one of them, until `ending` can be read, or for `limit`.
    static func wait(
        _ socket: CInt, for events: CInt = POLLIN, orEnd ending: CInt, atMost limit: Duration? = nil
    ) -> Wait {
        var watched = [
            pollfd(fd: socket, events: Int16(events), revents: 0),
            pollfd(fd: ending, events: Int16(POLLIN), revents: 0),
        ]
        let time = limit.map { CInt($0 / .milliseconds(1)) } ?? -1
        var count: CInt
        repeat { count = poll(&watched, 2, time) } while count < 0 && errno == EINTR
        if count == 0 { return .late }
        return count < 0 || watched[1].revents != 0 ? .ended : .ready
    }

    /// A pipe whose ends no child process inherits.
    static func pipe() throws(Failure) -> (reading: CInt, writing: CInt) {
        var ends: [CInt] = [0, 0]
        guard Glibc.pipe(&ends) == 0 else { throw Failure(call: "pipe") }
        for end in ends { closeOnExec(end) }
        return (ends[0], ends[1])
    }

    static func closeOnExec(_ descriptor: CInt) {
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    /// Lets `close` send a reset and no end (SO_LINGER of socket(7)).
    static func resetOnClose(_ socket: CInt) {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    /// Starts a joinable thread.
    static func thread(_ body: @escaping @Sendable () -> Void) -> pthread_t {
        final class Body: Sendable {
            let run: @Sendable () -> Void
            init(_ run: @escaping @Sendable () -> Void) { self.run = run }
        }
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { context in
                Unmanaged<Body>.fromOpaque(context!).takeRetainedValue().run()
                return nil
            }, Unmanaged.passRetained(Body(body)).toOpaque())
        precondition(result == 0, "no thread can be started")
        return thread
    }
}
