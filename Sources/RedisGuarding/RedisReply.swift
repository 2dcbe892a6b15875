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
