import Dispatch
import GRDB
import GRDBSQLite
import Glibc
import PrompterCore

/// The file of a database, looked at before SQLite touches it, so that an error can say what is wrong.
struct DatabaseFile {
    /// How long a connection waits for another that writes, in seconds.
    private static let patience = 5.0

    /// F_OFD_SETLK of <bits/fcntl-linux.h>, whose macro Swift does not import (fcntl_locking(2)).
    private static let setOpenFileLock: CInt = 37

    let path: String

    /// Opens it for writing. A file is created where there is none, and brought up to date where it is old.
    ///
    /// One program opens at a time: SQLite does not wait for another that is just turning a new file into a database.
    func openForWriting() throws(SQLiteStoreError) -> DatabaseQueue {
        try refuseFolder()
        let lock = try lockOpening()
        defer { close(lock) }
        try create()
        return try translated {
            var configuration = Self.configuration
            configuration.prepareDatabase { database in
                // Opening does not fail where the file may only be read, and nor does writing nothing new.
                guard sqlite3_db_readonly(database.sqliteConnection, "main") == 0 else {
                    throw SQLiteStoreError(.forbidden, path: path, detail: "it is read-only")
                }
                try migrations(of: database)
                try Self.setUp(database)
            }
            let queue = try DatabaseQueue(path: plainPath, configuration: configuration)
            try Schema.migrator.migrate(queue)
            return queue
        }
    }

    /// Opens it for reading, and changes nothing: not the file, not the two beside it, not their folder.
    ///
    /// Where the log holds nothing, all is in the file, and SQLite is told that nobody writes: without the two files it would
    /// have to create them (https://www.sqlite.org/wal.html#read_only_databases), and from a log that ends with its header,
    /// as a writer that was killed in the middle of its first commit leaves it, it tries to read for ten seconds and then
    /// gives up (walBeginShmUnreliable in SQLite 3.40's wal.c compares the header with that of an index that has none). Debian's SQLite takes a path that begins with `file:` for a URI
    /// (SQLITE_USE_URI, https://www.sqlite.org/uri.html).
    func openForReading() throws(SQLiteStoreError) -> DatabaseQueue {
        try refuseUnreadable()
        return try translated {
            var configuration = Self.configuration
            configuration.readonly = true
            configuration.prepareDatabase { database in
                guard try migrations(of: database).isSuperset(of: Schema.migrator.migrations) else {
                    throw SQLiteStoreError(.older, path: path)
                }
            }
            let access = rest != nil ? "immutable=1" : "readonly_shm=1"
            return try DatabaseQueue(path: "file:\(encodedPath)?mode=ro&\(access)", configuration: configuration)
        }
    }

    /// The file while its log holds nothing: when it was changed last, and its size.
    struct Rest: Equatable {
        let seconds: Int
        let nanoseconds: Int
        let size: Int
    }

    /// A log's header, in bytes; commits follow it (https://www.sqlite.org/fileformat2.html#the_write_ahead_log).
    private static let logHeader = 32

    /// `nil` where the log holds something. Whoever reads the file alone looks here before and after: between two equal
    /// rests nothing was written into it.
    var rest: Rest? {
        var status = stat()
        guard stat("\(path)-wal", &status) != 0 || status.st_size <= Self.logHeader else { return nil }
        guard stat(path, &status) == 0 else { return nil }
        return Rest(seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec, size: status.st_size)
    }

    /// Whether its header says that it is a database of ours, however damaged the rest is.
    var isOurs: Bool {
        let descriptor = open(plainPath, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var header = [UInt8](repeating: 0, count: 72)
        guard read(descriptor, &header, header.count) == header.count else { return false }
        return header.starts(with: "SQLite format 3\0".utf8) && header.suffix(4).elementsEqual(Schema.applicationID)
    }

    /// Moves it and the two beside it to names that end in `.corrupt-` and `now`. Nobody else may be opening it meanwhile.
    ///
    /// - Returns: where the file is now.
    func setAside(at now: Timestamp) throws(SQLiteStoreError) -> String {
        let lock = try lockOpening()
        defer { close(lock) }
        let place = "\(plainPath).corrupt-\(now.iso8601Milliseconds)"
        // The log goes first: a database without its log is an older state, a log without its database would be played into
        // the next one (https://www.sqlite.org/howtocorrupt.html, 1.4).
        for suffix in ["-wal", "-shm", ""] {
            guard rename("\(plainPath)\(suffix)", "\(place)\(suffix)") == 0 || errno == ENOENT else {
                throw error(.forbidden, errno)
            }
        }
        return place
    }

    /// The inodes of the two beside it, where they are.
    var companions: [String: ino_t] {
        var found: [String: ino_t] = [:]
        for name in ["\(plainPath)-wal", "\(plainPath)-shm"] {
            var status = stat()
            if stat(name, &status) == 0 { found[name] = status.st_ino }
        }
        return found
    }

    /// Runs `body`, and gives its errors the path and what to do.
    func translated<Value>(_ body: () throws -> Value) throws(SQLiteStoreError) -> Value {
        do {
            return try body()
        } catch {
            throw SQLiteStoreError(error, path: path)
        }
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.label = "prompterd.store"
        // GRDB's own is above that, for which libdispatch tries to raise the priority of the thread.
        configuration.qos = .default
        configuration.foreignKeysEnabled = false
        configuration.busyMode = .timeout(patience)
        return configuration
    }

    private static func setUp(_ database: Database) throws {
        // Checkpoints are the store's own. The cache holds the pages that 2,000 targets' next observations fall into.
        // The limit takes back the space of a log that a long reader has made grow.
        for pragma in [
            "journal_mode = WAL", "synchronous = FULL", "wal_autocheckpoint = 0", "cache_size = -8192",
            "journal_size_limit = 67108864",
        ] {
            try database.execute(sql: "PRAGMA \(pragma)")
        }
        // The log stays when the last connection closes: a reader who may not write could not create it. The call reads the
        // flag before it returns (https://www.sqlite.org/c3ref/c_fcntl_begin_atomic_write.html).
        var persists: CInt = 1
        sqlite3_file_control(database.sqliteConnection, "main", SQLITE_FCNTL_PERSIST_WAL, &persists)
    }

    /// Locks `PATH.lock`, since a lock on the database is SQLite's own business
    /// (https://www.sqlite.org/howtocorrupt.html, 2.2), and any user who may look into the folder can hold one on that. The lock
    /// is one of fcntl(2) on an open file description, which has nothing to do with flock(2), by which `run` holds the same file.
    ///
    /// - Returns: a descriptor; the lock ends when it is closed.
    private func lockOpening() throws(SQLiteStoreError) -> CInt {
        let descriptor = open("\(plainPath).lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            switch errno {
            case ENOENT, ENOTDIR: throw error(.missing, errno)
            case ENOSPC, EDQUOT: throw error(.full, errno)
            default: throw error(.forbidden, errno)
            }
        }
        give(descriptor, ownerOf: path)
        let end = ContinuousClock.now + .seconds(Self.patience)
        var lock = flock()
        lock.l_type = Int16(F_WRLCK)
        while fcntl(descriptor, Self.setOpenFileLock, &lock) != 0 {
            let code = errno
            guard [EINTR, EAGAIN, EACCES].contains(code), ContinuousClock.now < end else {
                close(descriptor)
                throw error([EAGAIN, EACCES].contains(code) ? .locked : .failed, code)
            }
            usleep(10_000)
        }
        return descriptor
    }

    /// Gives what root made to the owner of `path`, as SQLite does with its log, or to that of its folder: root keeps nobody out of
    /// their database.
    private func give(_ descriptor: CInt, ownerOf path: String) {
        guard geteuid() == 0 else { return }
        var status = stat()
        let folder = path.lastIndex(of: "/").map { path[...$0] } ?? "."
        if stat(path, &status) == 0 || stat(String(folder), &status) == 0 {
            _ = fchown(descriptor, status.st_uid, status.st_gid)
        }
    }

    /// SQLite gives the log the file's own mode and owner. The umask may narrow the mode, as for any program. What root makes for
    /// somebody else is theirs alone: root's umask is not theirs, and their group may have members for other reasons.
    private func create() throws(SQLiteStoreError) {
        let folder = String(path.lastIndex(of: "/").map { path[...$0] } ?? ".")
        var status = stat()
        let isGiven = geteuid() == 0 && stat(folder, &status) == 0 && status.st_uid != 0
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, isGiven ? 0o600 : 0o640)
        let code = errno
        if descriptor >= 0 {
            give(descriptor, ownerOf: folder)
            close(descriptor)
            return
        }
        switch code {
        case EEXIST: try refuseUnreadable()
        case EISDIR: throw error(.folder, code)
        case ENOSPC, EDQUOT: throw error(.full, code)
        default: throw error(.forbidden, code)
        }
    }

    private func refuseUnreadable() throws(SQLiteStoreError) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw errno == EACCES ? error(.forbidden, errno) : error(.missing, errno)
        }
        try refuseFolder()
        guard access(path, R_OK) == 0 else { throw error(.forbidden, errno) }
    }

    private func refuseFolder() throws(SQLiteStoreError) {
        var status = stat()
        guard stat(path, &status) != 0 || status.st_mode & S_IFMT != S_IFDIR else { throw error(.folder, EISDIR) }
    }

    /// Refuses a database that this program should not touch, before anything is changed in it.
    ///
    /// - Returns: the migrations that made it; none where it is new.
    @discardableResult
    private func migrations(of database: Database) throws -> Set<String> {
        // The tables are looked at first: another program may be making them just now.
        let tables = try String.fetchAll(
            database, sql: "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        guard tables.contains("grdb_migrations") else {
            guard let table = tables.first else { return [] }
            throw SQLiteStoreError(.foreign, path: path, detail: "it has a table \(table)")
        }
        let applied = try Schema.migrator.appliedIdentifiers(database)
        let newer = applied.subtracting(Schema.migrator.migrations).sorted()
        guard newer.isEmpty else {
            throw SQLiteStoreError(.newer, path: path, detail: "it has \(newer.joined(separator: ", "))")
        }
        return applied
    }

    private func error(_ reason: SQLiteStoreError.Reason, _ code: CInt) -> SQLiteStoreError {
        SQLiteStoreError(reason, path: path, detail: String(cString: strerror(code)))
    }

    /// SQLite gives some names another meaning (`:memory:`, `file:…`), but none that begins like a path.
    private var plainPath: String { path.hasPrefix("/") ? path : "./\(path)" }

    private var encodedPath: String {
        plainPath.utf8.reduce(into: "") { text, byte in
            let isPlain = byte < 0x80 && !"%?#".utf8.contains(byte)
            text += isPlain ? String(Unicode.Scalar(byte)) : "%\(Hexadecimal.encode([byte]))"
        }
    }
}
