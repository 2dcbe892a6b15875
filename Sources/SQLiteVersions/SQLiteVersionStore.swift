import Dispatch
import GRDB
import GRDBSQLite
import Glibc
public import PrompterCore

/// The ``VersionStore`` in a SQLite database: one writer, whose every batch is one transaction on the disk when it returns
/// (write-ahead log, synchronous FULL).
///
/// Any number of readers may look at the database meanwhile, and another process may write to it.
public final class SQLiteVersionStore: VersionStore {
    /// The log's length, in pages of 4 KiB, from which it is carried over into the database.
    private static let checkpointPages = 4000

    public let path: String
    private let queue: DatabaseQueue
    /// The inodes of the log and its index, by name.
    private let companions: [String: ino_t]
    /// Pages written to the log that no checkpoint has carried over.
    private let logPages = Locked(0)

    /// Opens the database at `path`. Where there is none it is created, with mode 0640 less what the umask takes away; where
    /// an older program made it, it is brought up to date.
    ///
    /// - Throws: ``SQLiteStoreError`` where the file can't be used; nothing is changed then.
    public init(path: String) throws(SQLiteStoreError) {
        self.path = path
        let file = DatabaseFile(path: path)
        queue = try file.openForWriting()
        companions = file.companions
    }

    /// Opens the database as ``init(path:)`` does, on a thread that may wait.
    public static func open(_ path: String) async throws(SQLiteStoreError) -> SQLiteVersionStore {
        try await Self.blocking { () throws(SQLiteStoreError) in try SQLiteVersionStore(path: path) }
    }

    /// Moves a damaged database out of the way, with its log: to its path, `.corrupt-` and the time. The store must be closed.
    ///
    /// - Returns: where it is now; `nil` for a file that is no database of ours, which is left where it is.
    /// - Throws: ``SQLiteStoreError`` where it can't be moved.
    public static func setAside(_ path: String, at now: Timestamp) async throws(SQLiteStoreError) -> String? {
        try await Self.blocking { () throws(SQLiteStoreError) in
            let file = DatabaseFile(path: path)
            return file.isOurs ? try file.setAside(at: now) : nil
        }
    }

    private static func blocking<Value: Sendable>(
        _ body: @escaping @Sendable () throws(SQLiteStoreError) -> Value
    ) async throws(SQLiteStoreError) -> Value {
        let result = await withCheckedContinuation { continuation in
            DispatchQueue(label: "prompterd.store.open").async { @Sendable in
                continuation.resume(returning: Result(catching: body))
            }
        }
        return try result.get()
    }

    /// The promises are ``VersionStore/write(_:at:)``'s. The batch is one transaction: a few hundred findings cost little more
    /// than one.
    ///
    /// - Throws: ``SQLiteStoreError``: ``SQLiteStoreError/Reason/locked`` after five seconds of another's writing. Nothing is
    ///   written then.
    @discardableResult
    public func write(_ batch: StoreBatch, at now: Timestamp) async throws(SQLiteStoreError) -> [Recorded] {
        try await inTransaction { database in
            if let watchlist = batch.watchlist {
                var writer = try BindingWriter(on: database, at: now)
                try writer.register(watchlist)
            }
            if !batch.asked.isEmpty {
                var writer = try BindingWriter(on: database, at: now)
                try writer.registerMissing(batch.asked, isAsked: true)
            }
            if batch.isClockSetBack { try ClockRollback.run(on: database, after: now) }
            if !batch.standOffs.isEmpty { try StandOffRows.write(batch.standOffs, to: database) }
            if !batch.deliveries.isEmpty {
                let writer = try DeliveryWriter(on: database, at: now)
                for ended in batch.deliveries { try writer.settle(ended.delivery, ended.ending) }
            }
            guard !batch.findings.isEmpty else { return [] }
            let writer = try FindingWriter(on: database, at: now)
            return try batch.findings.map { try writer.record($0) }
        }
    }

    public func memory(of targets: [TargetID]) async throws(SQLiteStoreError) -> [TargetID: TargetMemory] {
        try await onQueue { try MemoryQuery.run(on: $0, of: targets) }
    }

    /// The target to which the triple of `watch`, which no watchlist has, has pointed since it was last asked for; `nil` where
    /// nobody did, or where that was at another address or interval than `watch` has now.
    ///
    /// - Throws: ``SQLiteStoreError``.
    public func askedTarget(like watch: Watch) async throws(SQLiteStoreError) -> TargetID? {
        try await onQueue { try AskedQuery.target(on: $0, like: watch) }
    }

    /// Writes that `watches` are watched from `now` on, where nothing says so yet. What is bound already stays as it is, for it
    /// is the daemon's to change.
    ///
    /// - Throws: ``SQLiteStoreError``; nothing is written then.
    public func registerMissing(_ watches: [Watch], at now: Timestamp) async throws(SQLiteStoreError) {
        // Whoever holds the write lock keeps nobody waiting for nothing.
        guard try await onQueue({ try BindingWriter(on: $0, at: now).isOneMissing(watches) }) else { return }
        try await inTransaction { database in
            var writer = try BindingWriter(on: database, at: now)
            try writer.registerMissing(watches)
        }
    }

    /// Folds observations made before `cutoff` into daily tallies, at most `most` of them, behind the target with the row
    /// `last`. From the beginning on, it first drops deliveries that ended before `cutoff` and stand-offs of whom nobody watches.
    ///
    /// - Returns: the row after which to go on; `nil` where every target has been seen to.
    /// - Throws: ``SQLiteStoreError``; nothing is changed then.
    public func prune(
        before cutoff: Timestamp, after last: Int64 = 0, most: Int = 500, at now: Timestamp
    ) async throws(SQLiteStoreError) -> Int64? {
        try await inTransaction { try Pruning(on: $0, at: now).run(before: cutoff, after: last, most: most) }
    }

    /// What is to be told to webhooks and is due at `now`, at most one delivery a webhook.
    ///
    /// - Parameters:
    ///   - horizon: the longest that a delivery is put off. What is due later than that was dated by a clock that was ahead, and
    ///     counts as due.
    ///   - limit: how many webhooks' deliveries are looked for.
    /// - Throws: ``SQLiteStoreError``.
    public func dueDeliveries(
        at now: Timestamp, horizon: Duration, limit: Int
    ) async throws(SQLiteStoreError) -> DueDeliveries {
        try await onQueue { try DeliveryQuery.run(on: $0, at: now, horizon: now + horizon, limit: limit) }
    }

    /// Takes in what another database exported, or the service layer's table: in one transaction, all or nothing. What is known
    /// already stays as it is, and nobody is told of what is not.
    ///
    /// - Parameters:
    ///   - feed: gives the bytes, which were looked at before: a line that can't be imported is an error here.
    ///   - progress: is given how many rows were taken in.
    /// - Throws: ``SQLiteStoreError``; nothing is imported then.
    public func takeIn(
        at now: Timestamp, progress: @escaping @Sendable (Int) -> Void = { _ in },
        _ feed: @escaping @Sendable (_ take: (ArraySlice<UInt8>) throws -> Void) throws -> Void
    ) async throws(SQLiteStoreError) -> ImportSummary {
        try await inTransaction { database in
            var reader = ExchangeReader(at: now)
            var writer = try ImportWriter(on: database, at: now)
            func take(_ entries: [Result<ExchangeReader.Entry, ExchangeReader.Complaint>]) throws {
                for entry in entries { try writer.take(try entry.get()) }
                progress(writer.summary.rows)
            }
            try feed { try take(reader.take($0)) }
            try take(reader.finish())
            try writer.finish()
            return writer.summary
        }
    }

    public func standOffs() async throws(SQLiteStoreError) -> [StandOff.Kept] {
        try await onQueue { try StandOffRows.read(from: $0) }
    }

    /// Carries the log over and closes the database. Whatever is asked of the store after that throws
    /// ``SQLiteStoreError/Reason/closed``.
    public func close() async {
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "prompterd.store.close").async { [queue] in
                // It fails only where a statement is still running, and none is: the queue runs one access at a time.
                try? queue.close()
                continuation.resume()
            }
        }
    }

    /// Closes a database whose file was moved, deleted or replaced. Its log is carried over first, since a file that was only moved
    /// has no other place to find it; then the log goes where it is still there, or it would be played into the file that takes its
    /// place (https://www.sqlite.org/howtocorrupt.html, 1.4).
    ///
    /// - Returns: the new name of a log that a reader kept from being carried over; `nil` where nothing is left in it.
    public func abandon(at now: Timestamp) async -> String? {
        let isCarried = try? await onQueue { database -> Bool in
            // The call writes these before it returns, and keeps no pointer.
            var frames: CInt = -1
            var carried: CInt = -1
            let result = sqlite3_wal_checkpoint_v2(
                database.sqliteConnection, nil, SQLITE_CHECKPOINT_FULL, &frames, &carried)
            return result == SQLITE_OK && frames == carried
        }
        let file = DatabaseFile(path: path)
        let left = file.companions.filter { companions[$0.key] == $0.value }
        var kept: String?
        for name in left.keys.sorted() {
            guard isCarried != true, name.hasSuffix("-wal") else {
                unlink(name)
                continue
            }
            let place = "\(name).left-\(now.iso8601Milliseconds)"
            if rename(name, place) == 0 { kept = place }
        }
        await close()
        return kept
    }

    /// Runs `body` as one transaction that excludes other writers from its start, so that what it reads stays true.
    private func inTransaction<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(SQLiteStoreError) -> Value {
        try await onQueue { [path] database in
            var value: Value?
            try database.inTransaction(.immediate) {
                value = try body(database)
                guard !Self.hasMoved(database) else { throw SQLiteStoreError(.gone, path: path) }
                return .commit
            }
            guard let value else { throw SQLiteStoreError(.failed, path: path, detail: "no transaction") }
            return value
        }
    }

    /// Runs `body` on the database's own queue. It is not cancelled with its task: what was learned is recorded.
    private func onQueue<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(SQLiteStoreError) -> Value {
        let result = await withCheckedContinuation { continuation in
            queue.asyncWriteWithoutTransaction { [self] database in
                let result = Result { try body(database) }.mapError { SQLiteStoreError($0, path: path) }
                continuation.resume(returning: result)
                checkpointIfDue(database)
            }
        }
        return try result.get()
    }

    /// Carries the log over once it is long, when nobody waits for the answer any more. What a reader still needs stays.
    private func checkpointIfDue(_ database: Database) {
        guard let connection = database.sqliteConnection else { return }
        // The calls write these before they return, and keep no pointer.
        var written: CInt = 0
        var highest: CInt = 0
        sqlite3_db_status(connection, SQLITE_DBSTATUS_CACHE_WRITE, &written, &highest, 1)
        logPages.withLock { pages in
            pages += Int(written)
            guard pages >= Self.checkpointPages else { return }
            var logged: CInt = 0
            var carried: CInt = 0
            sqlite3_wal_checkpoint_v2(connection, nil, SQLITE_CHECKPOINT_PASSIVE, &logged, &carried)
            pages = 0
        }
    }

    /// Whether the file was deleted or replaced (https://www.sqlite.org/c3ref/c_fcntl_begin_atomic_write.html).
    private static func hasMoved(_ database: Database) -> Bool {
        // The call writes the flag before it returns.
        var moved: CInt = 0
        sqlite3_file_control(database.sqliteConnection, "main", SQLITE_FCNTL_HAS_MOVED, &moved)
        return moved != 0
    }
}
