import GRDB
public import PrompterCore

/// Everything that people ask of a database, read beside a running daemon or without one.
///
/// It changes nothing and keeps no writer waiting. Each question opens the file anew, so it is also answered from a database
/// that was replaced meanwhile, and the archive holds nothing between two questions.
public final class Archive: Sendable {
    public let path: String
    private let file: DatabaseFile

    /// - Throws: ``SQLiteStoreError`` where the database at `path` can't be read.
    public init(path: String) throws(SQLiteStoreError) {
        self.path = path
        file = DatabaseFile(path: path)
        try read { _ in }
    }

    /// How large each table is, in the order of their names.
    ///
    /// - Throws: ``SQLiteStoreError`` where the database can't be read.
    public func sizes() throws(SQLiteStoreError) -> [TableSize] {
        try read { try SizeQuery.run(on: $0) }
    }

    /// The watches that are watched now and match `filter`, in the order of their keys.
    ///
    /// It blocks while it reads: call it from a thread of your own.
    ///
    /// - Throws: ``SQLiteStoreError`` where the database can't be read.
    public func watches(matching filter: WatchFilter) throws(SQLiteStoreError) -> [WatchReport] {
        try read { try WatchQuery.run(on: $0, matching: filter) }
    }

    /// What keeps targets and whole providers from being called, or did until the daemon ended.
    ///
    /// - Throws: ``SQLiteStoreError`` where the database can't be read.
    public func standOffs() throws(SQLiteStoreError) -> [StandOff.Kept] {
        try read { try StandOffRows.read(from: $0) }
    }

    /// The events that happened in `times` and are of a watch that matches `filter`, in the order in which they happened; with
    /// nothing in the filter, those that are no watch's too.
    ///
    /// - Parameter progress: is given how much was seen to, and of how much.
    /// - Throws: ``SQLiteStoreError`` where the database can't be read.
    public func events(
        in times: Range<Timestamp>, matching filter: WatchFilter, progress: (Int, Int) -> Void = { _, _ in }
    ) throws(SQLiteStoreError) -> [EventReport] {
        try read {
            try EventQuery.run(
                on: $0, from: times.lowerBound, until: times.upperBound, matching: filter, progress: progress)
        }
    }

    /// Which version served each watch that was watched at `time` and matches `filter`, in the order of their keys.
    ///
    /// - Parameter progress: is given how many watches were seen to, and of how many.
    /// - Throws: ``SQLiteStoreError`` where the database can't be read.
    public func served(
        at time: Timestamp, matching filter: WatchFilter, progress: (Int, Int) -> Void = { _, _ in }
    ) throws(SQLiteStoreError) -> [ServedReport] {
        try read { try ServedQuery.run(on: $0, at: time, matching: filter, progress: progress) }
    }

    /// Every version of the watches, of now and of once, that match `filter`: in the order of the watches' keys, the version
    /// seen last first.
    ///
    /// - Parameter progress: is given how much was seen to, and of how much.
    /// - Throws: ``SQLiteStoreError`` where the database can't be read.
    public func versions(
        matching filter: WatchFilter, progress: (Int, Int) -> Void = { _, _ in }
    ) throws(SQLiteStoreError) -> [VersionReport] {
        try read { try VersionQuery.run(on: $0, matching: filter, progress: progress) }
    }

    /// Everything that is history, row by row, as it stands at one time: targets, versions, bindings, observations, tallies,
    /// events. It holds no more than the numbers of targets and versions.
    ///
    /// - Parameter body: is given each row; what it throws ends the export and is thrown.
    /// - Throws: ``SQLiteStoreError``: ``SQLiteStoreError/Reason/changed`` where what was given must be thrown away.
    public func export(_ body: (ExchangeRow) throws -> Void) throws {
        let rest = file.rest
        let result = Result { try file.openForReading().read { try ExportQuery.run(on: $0, body) } }
        // SQLite was told that nobody writes, and somebody began to.
        if let rest, file.rest != rest { throw SQLiteStoreError(.changed, path: path) }
        do {
            try result.get()
        } catch let error as DatabaseError {
            throw SQLiteStoreError(error, path: path)
        }
    }

    private func read<Value>(_ body: (Database) throws -> Value) throws(SQLiteStoreError) -> Value {
        while true {
            let rest = file.rest
            let result = Result { try file.openForReading().read(body) }
            // SQLite was told that nobody writes; what was read while somebody began to is read again.
            if let rest, file.rest != rest { continue }
            return try file.translated { try result.get() }
        }
    }
}
