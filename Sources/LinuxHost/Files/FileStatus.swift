import Glibc
public import PrompterCore

/// What stat(2) tells of a file or a folder.
public struct FileStatus: Hashable, Sendable {
    /// The owner's name, or their number where that has none.
    public let owner: String
    public let size: Int
    public let modified: Timestamp
    public let isFolder: Bool
    /// Its permission bits.
    public let mode: UInt32
    let group: gid_t
    let device: dev_t
    let number: ino_t

    /// That of what `path` leads to; `nil` where there is nothing that may be looked at. Blocks for as long as a disk takes.
    public init?(of path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        owner = Names.user(status.st_uid)
        size = Int(status.st_size)
        let time = status.st_mtim
        modified = Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
        isFolder = status.st_mode & S_IFMT == S_IFDIR
        mode = status.st_mode & 0o7777
        group = status.st_gid
        (device, number) = (status.st_dev, status.st_ino)
    }

    /// Whether `other` is the same file under another name.
    public func isSameFile(as other: FileStatus) -> Bool { (device, number) == (other.device, other.number) }
}

/// The names of users and groups.
enum Names {
    static func user(_ number: uid_t) -> String {
        var (entry, found) = (passwd(), UnsafeMutablePointer<passwd>?.none)
        return withBuffer { buffer, size in
            // The name lies in the buffer, which is still there when it is copied.
            guard getpwuid_r(number, &entry, buffer, size, &found) == 0, found != nil else { return nil }
            return String(cString: entry.pw_name)
        } ?? "user \(number)"
    }

    static func group(_ number: gid_t) -> String {
        var (entry, found) = (Glibc.group(), UnsafeMutablePointer<Glibc.group>?.none)
        return withBuffer { buffer, size in
            // As above.
            guard getgrgid_r(number, &entry, buffer, size, &found) == 0, found != nil else { return nil }
            return String(cString: entry.gr_name)
        } ?? "group \(number)"
    }

    private static func withBuffer(_ body: (UnsafeMutablePointer<CChar>, Int) -> String?) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1 << 16) { body($0.baseAddress!, $0.count) }
    }
}
