/// The files of a database that can be read, and their disk.
public struct DatabaseState: Hashable, Sendable {
    /// What a busy write-ahead log and the findings of a stop may need, in bytes.
    private static let leastFree = 100_000_000

    /// A file, and whose it is.
    public struct File: Hashable, Sendable {
        public var path: String
        public var owner: String
        public var size: Int
        /// Its permission bits.
        public var mode: UInt32

        public init(path: String, owner: String, size: Int, mode: UInt32) {
            self.path = path
            self.owner = owner
            self.size = size
            self.mode = mode
        }
    }

    public var database: File
    /// Those beside it that are there: its write-ahead log, the log's index, the lock.
    public var companions: [File]
    /// Whose the folder is.
    public var folderOwner: String
    /// Whom the daemon that uses it runs as; `nil` where none runs, or that can't be seen.
    public var daemonUser: String?
    /// What its disk has left for users, in bytes.
    public var free: Int

    public init(
        database: File, companions: [File], folderOwner: String, daemonUser: String? = nil, free: Int
    ) {
        self.database = database
        self.folderOwner = folderOwner
        self.daemonUser = daemonUser
        self.companions = companions
        self.free = free
    }

    public var diagnosis: Diagnosis {
        let (owner, reason) = rightOwner
        var troubles = ([database] + companions).filter { $0.owner != owner }.map {
            "\($0.path) is \($0.owner)'s, but \(reason); run chown \(owner) on it"
        }
        if free < Self.leastFree {
            troubles.append("\(database.path): its disk has only \(ByteText.format(free)) left; free some space")
        }
        let size = companions.reduce(database.size) { $0 + $1.size }
        let mode = String(database.mode, radix: 8)
        return Diagnosis(
            .database, troubles: troubles,
            otherwise:
                "\(database.path): \(ByteText.format(size)), owner \(database.owner), mode 0\(mode); \(ByteText.format(free)) free"
        )
    }

    /// Whose all the files should be, and why.
    private var rightOwner: (owner: String, reason: String) {
        // Root can use anybody's files, and says nothing of whose they should be.
        if let daemonUser, daemonUser != "root" { return (daemonUser, "the daemon runs as \(daemonUser)") }
        // What root restored into a service's folder. Anybody else's may be there by way of a group.
        if database.owner == "root", folderOwner != "root" { return (folderOwner, "the folder is \(folderOwner)'s") }
        return (database.owner, "the database is \(database.owner)'s")
    }
}
