import Glibc

/// A folder, looked at without a change.
public enum Folder {
    /// The names of what is in the one at `path`, sorted; `nil` where it can't be read. Blocks for as long as its disk takes.
    public static func names(in path: String) -> [String]? {
        guard let folder = opendir(path) else { return nil }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            // readdir(3) ends d_name, the entry's last member, with a NUL, and nobody else reads this folder's stream.
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            names.append(name)
        }
        return names.sorted()
    }

    /// Whether this process may create files in the one at `path`.
    public static func isWritable(_ path: String) -> Bool { access(path, W_OK | X_OK) == 0 }

    /// How many bytes the disk of `path` has left for users; `nil` where that can't be told.
    public static func freeSpace(at path: String) -> Int? {
        var disk = statvfs()
        guard statvfs(path, &disk) == 0 else { return nil }
        return Int(clamping: UInt64(disk.f_bavail) * UInt64(disk.f_frsize))
    }

    /// That of `path`: `.` for a name alone.
    public static func of(_ path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
