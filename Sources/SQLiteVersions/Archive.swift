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

    /// The watches that are watched now and match `filter`, in the order of their keys.
    ///
    /// It blocks while it reads: call it from a thread of your own.
    ///
    /// - Throws: ``SQLiteStoreError`` where the database can't be read.
    public func watches(matching filter: WatchFilter) throws(SQLiteStoreError) -> [WatchReport] {
        try read { try WatchQuery.run(on: $0, matching: filter) }
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
