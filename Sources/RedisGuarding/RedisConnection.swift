import CHiredis
import Glibc
import PrompterCore

/// One connection to Redis: hiredis 0.14 in its blocking form, every wait of it bounded.
///
/// It belongs to one thread, which has SIGPIPE blocked: hiredis 0.14 writes to its socket with write(2). After a thrown error
/// it is of no more use: a hiredis context with an error stays one.
final class RedisConnection {
    // Made in init, freed in deinit, never handed out, and the class is not Sendable: one owner, one thread.
    private let context: UnsafeMutablePointer<redisContext>
    private let timeout: Duration
    private var deadline = SuspendingClock.now

    /// Connects.
    ///
    /// - Parameter timeout: how long the connection may take to be made, and later each ``send(_:)`` with all its replies.
    /// - Throws: ``RedisError``.
    init(to address: RedisURL.Address, timeout: Duration) throws(RedisError) {
        let parts = timeout.components
        let limit = timeval(tv_sec: Int(parts.seconds), tv_usec: Int(parts.attoseconds / 1_000_000_000_000))
        let made =
            switch address {
            case .tcp(let host, let port): redisConnectWithTimeout(host, Int32(port), limit)
            case .unix(let path): redisConnectUnixWithTimeout(path, limit)
            }
        let code = errno
        // NULL only where memory is short.
        guard let made else { throw RedisError(.connect, "out of memory") }
        context = made
        self.timeout = timeout
        if context.pointee.err != 0 { throw error(code, doing: "connecting") }
        // SO_RCVTIMEO and SO_SNDTIMEO, so that no read and no write lasts longer.
        guard redisSetTimeout(context, limit) == REDIS_OK else { throw error(errno, doing: "connecting") }
    }

    deinit {
        redisFree(context)
    }

    /// Sends `commands` in one flush. Exactly as many replies must then be taken.
    func send(_ commands: RedisCommands) throws(RedisError) {
        deadline = .now + timeout
        let status = commands.bytes.withUnsafeBytes { bytes in
            // hiredis copies the bytes before it returns.
            redisAppendFormattedCommand(context, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
        }
        guard status == REDIS_OK else { throw error(errno, doing: "sending") }
        var isDone: Int32 = 0
        repeat {
            guard redisBufferWrite(context, &isDone) == REDIS_OK else { throw error(errno, doing: "sending") }
            if isDone == 0 { try checkDeadline() }
        } while isDone == 0
    }

    /// The next reply.
    func reply() throws(RedisError) -> RedisReply {
        let pointer = try nextReply()
        defer { freeReplyObject(pointer) }
        // The reader of a redisContext makes redisReply objects and nothing else, and this one lives until the line above.
        let reply = pointer.assumingMemoryBound(to: redisReply.self).pointee
        switch reply.type {
        case REDIS_REPLY_STATUS: return .status(String(decoding: Self.bytes(of: reply), as: UTF8.self))
        case REDIS_REPLY_ERROR: return .error(String(decoding: Self.bytes(of: reply), as: UTF8.self))
        case REDIS_REPLY_INTEGER: return .integer(reply.integer)
        case REDIS_REPLY_STRING: return .text(Array(Self.bytes(of: reply)))
        case REDIS_REPLY_NIL: return .null
        default: return .other
        }
    }

    /// Takes `count` replies that nobody needs.
    func skipReplies(_ count: Int) throws(RedisError) {
        for _ in 0..<count { freeReplyObject(try nextReply()) }
    }

    /// What redisGetReply does, with a deadline over all reads: one that gives a byte now and then is slow, too.
    private func nextReply() throws(RedisError) -> UnsafeMutableRawPointer {
        while true {
            var pointer: UnsafeMutableRawPointer?
            guard redisGetReplyFromReader(context, &pointer) == REDIS_OK else { throw error(errno, doing: "reading") }
            if let pointer { return pointer }
            try checkDeadline()
            guard redisBufferRead(context) == REDIS_OK else { throw error(errno, doing: "reading") }
        }
    }

    private func checkDeadline() throws(RedisError) {
        if SuspendingClock.now >= deadline { throw lateness() }
    }

    private static func bytes(of reply: redisReply) -> UnsafeRawBufferPointer {
        // `str` has `len` bytes in every reply that is a text of any kind.
        UnsafeRawBufferPointer(start: reply.str, count: reply.str == nil ? 0 : reply.len)
    }

    private func lateness() -> RedisError {
        RedisError(.timeout, "no answer within \(DurationText.format(timeout))")
    }

    private func error(_ code: Int32, doing: String) -> RedisError {
        if context.pointee.err == REDIS_ERR_IO, code == EAGAIN || code == ETIMEDOUT { return lateness() }
        // errstr is an array of 128 characters that ends with a zero.
        let text = withUnsafeBytes(of: context.pointee.errstr) {
            String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        let kind: RedisError.Kind = context.pointee.err == REDIS_ERR_PROTOCOL ? .protocol : .connect
        return RedisError(kind, "\(doing): \(text)")
    }
}

/// One answer of Redis.
enum RedisReply: Equatable {
    /// A status (`+OK`).
    case status(String)
    /// An error (`-OOM command not allowed …`).
    case error(String)
    case integer(Int64)
    case text([UInt8])
    case null
    /// An array, or a type that a later protocol brings: nothing that the guard asks for.
    case other
}
