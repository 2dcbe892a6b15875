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
    /// What its disk has left for users, in bytes.
    public var free: Int

    public init(database: File, companions: [File], folderOwner: String, free: Int) {
        self.database = database
        self.folderOwner = folderOwner
        self.companions = companions
        self.free = free
    }

    public var diagnosis: Diagnosis {
        // A service's folder is the service's; in root's own, anybody's database may be.
        let (owner, thing) =
            folderOwner == "root" ? (database.owner, "the database") : (folderOwner, "the folder")
        var troubles = ([database] + companions).filter { $0.owner != owner }.map {
            "\($0.path) is \($0.owner)'s, but \(thing) is \(owner)'s; run chown \(owner) on it"
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
}
