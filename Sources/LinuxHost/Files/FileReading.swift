import Glibc

/// What stands in a file that was read whole.
public struct FileContent: Hashable, Sendable {
    public var bytes: [UInt8]
    /// Its permission bits.
    public var mode: UInt32

    /// Whether every user of the machine may read it.
    var isOpenToAll: Bool { mode & 0o004 != 0 }
}

/// Reads whole files.
public enum FileReading {
    /// The largest watchlist that is read, in bytes: five times what 100,000 watches need.
    public static let watchlistLimit = 64 << 20

    /// The bytes of the regular file at `path`. Blocks for as long as its disk takes, never on a named pipe.
    ///
    /// - Parameter limit: the most bytes it may have.
    /// - Throws: ``FileError`` where it is missing, unreadable, too large or no regular file.
    public static func read(_ path: String, limit: Int = watchlistLimit) throws(FileError) -> [UInt8] {
        try content(of: path, limit: limit).bytes
    }

    /// The same, with the permission bits of the file that was read.
    static func content(of path: String, limit: Int) throws(FileError) -> FileContent {
        // Without O_NONBLOCK, opening a named pipe waits for a writer (fifo(7)).
        let file = try Descriptor(opening: path, O_RDONLY | O_NONBLOCK | O_NOCTTY)
        let status = file.status
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw FileError(path, .folder)
        default: throw FileError(path, .special)
        }
        guard status.st_size <= limit else { throw FileError(path, .tooLarge(limit: limit)) }
        guard let bytes = file.read(upTo: limit + 1) else { throw FileError(path, call: "read", number: errno) }
        // It may have grown since.
        guard bytes.count <= limit else { throw FileError(path, .tooLarge(limit: limit)) }
        return FileContent(bytes: bytes, mode: status.st_mode & 0o7777)
    }
}
