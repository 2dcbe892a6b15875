import Glibc

/// Two connected descriptors: what is written into one is read from the other. Programs that a test starts inherit
/// neither.
public struct ByteChannel: Sendable {
    public let reader: Int32
    public let writer: Int32

    public init() {
        var ends: [Int32] = [0, 0]
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { fatalError("no channel: error \(errno)") }
        (reader, writer) = (ends[0], ends[1])
    }
}
