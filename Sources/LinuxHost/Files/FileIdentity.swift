import Glibc

/// What tells, without reading, that another file stands in a file's place or that it was written to.
///
/// It shows what no notice tells of: a file that is mounted by itself, or one that another machine writes on a shared disk.
public struct FileIdentity: Hashable, Sendable {
    private struct Time: Hashable, Sendable {
        var seconds: Int
        var nanoseconds: Int

        init(_ time: timespec) {
            (seconds, nanoseconds) = (Int(time.tv_sec), Int(time.tv_nsec))
        }
    }

    private let device: UInt64
    private let number: UInt64
    private let size: Int64
    private let modified: Time
    private let changed: Time

    /// That of the file that `path` leads to; `nil` where there is none that may be looked at. Blocks for as long as a disk takes.
    public init?(of path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        device = UInt64(status.st_dev)
        number = UInt64(status.st_ino)
        size = Int64(status.st_size)
        modified = Time(status.st_mtim)
        changed = Time(status.st_ctim)
    }
}
