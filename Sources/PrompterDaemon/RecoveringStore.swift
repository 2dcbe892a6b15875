import LinuxHost
import PrompterCore
import SQLiteVersions

/// The daemon's store, which outlives its database: one that was deleted, replaced or damaged is noticed by whoever uses it
/// next, who is told so, and given up; the one after that opens what stands in its place, or makes a new one.
///
/// What waits in the recorder is tried again, so it ends up in the new database. The one who tries sets the pace: each use
/// opens at most once.
actor RecoveringStore: VersionStore {
    private let path: String
    private let log: Log
    private var store: SQLiteVersionStore?
    private var opening: Task<Result<SQLiteVersionStore, SQLiteStoreError>, Never>?
    /// The end of the database before, which comes before the next is opened: what it leaves lies beside the same path.
    private var leaving: Task<Void, Never>?
    /// Why the database before was given up.
    private var loss: SQLiteStoreError.Reason?
    private var isClosed = false
    /// Whether a damaged database is moved away. Not the next one too, unless it worked: the disk under it does not then.
    private var mayBeSetAside = true
    private var watchlist: Watchlist
    /// How often the database gave way to another.
    private(set) var replacements: UInt64 = 0

    var isOpen: Bool { store != nil }

    /// Opens the database at `path` and writes `watchlist` into it.
    ///
    /// - Throws: ``SQLiteStoreError`` where it can't be used, and waiting would not help.
    init(path: String, watchlist: Watchlist, log: Log) async throws(SQLiteStoreError) {
        self.path = path
        self.watchlist = watchlist
        self.log = log
        do {
            do {
                _ = try await opened()
            } catch  where error.reason == .corrupt && loss == .corrupt {
                // It opened, but could not take the watchlist.
                _ = try await opened()
            }
        } catch  where [.locked, .full, .failed].contains(error.reason) {
            // As while it runs: each use tries to open it again.
            log.error(.storeFailing, "store: \(error); findings are kept in memory until it works")
        }
    }

    /// Writes `batch`. Its watchlist is written into every database that takes this one's place, too.
    func write(_ batch: StoreBatch, at now: Timestamp) async throws(SQLiteStoreError) -> [Recorded] {
        if let watchlist = batch.watchlist { self.watchlist = watchlist }
        let recorded = try await use { store throws(SQLiteStoreError) in try await store.write(batch, at: now) }
        mayBeSetAside = true
        return recorded
    }

    func memory(of targets: [TargetID]) async throws(SQLiteStoreError) -> [TargetID: TargetMemory] {
        try await use { store throws(SQLiteStoreError) in try await store.memory(of: targets) }
    }

    func standOffs() async throws(SQLiteStoreError) -> [StandOff.Kept] {
        try await use { store throws(SQLiteStoreError) in try await store.standOffs() }
    }

    func askedTarget(like watch: Watch) async throws(SQLiteStoreError) -> TargetID? {
        try await use { store throws(SQLiteStoreError) in try await store.askedTarget(like: watch) }
    }

    func prune(before cutoff: Timestamp, after last: Int64, at now: Timestamp) async throws(SQLiteStoreError) -> Int64?
    {
        try await use { store throws(SQLiteStoreError) in
            try await store.prune(before: cutoff, after: last, at: now)
        }
    }

    func dueDeliveries(
        at now: Timestamp, horizon: Duration, limit: Int
    ) async throws(SQLiteStoreError) -> DueDeliveries {
        try await use { store throws(SQLiteStoreError) in
            try await store.dueDeliveries(at: now, horizon: horizon, limit: limit)
        }
    }

    /// Closes what is open, or being opened, for good: whoever asks after that is told so.
    func close() async {
        isClosed = true
        _ = await opening?.value
        await leaving?.value
        await store?.close()
    }

    private func use<Value>(
        _ body: (SQLiteVersionStore) async throws(SQLiteStoreError) -> Value
    ) async throws(SQLiteStoreError) -> Value {
        let used = try await opened()
        do {
            return try await body(used)
        } catch {
            if [.gone, .corrupt].contains(error.reason) { await giveUp(used, because: error.reason) }
            throw error
        }
    }

    private func giveUp(_ used: SQLiteVersionStore, because reason: SQLiteStoreError.Reason) async {
        guard store === used, !isClosed, reason == .gone || mayBeSetAside else { return }
        store = nil
        loss = reason
        let task = Task { [log] in
            guard reason == .gone else { return await used.close() }
            guard let kept = await used.abandon(at: Moment.now.wall) else { return }
            log.error(
                .databaseIncomplete,
                "store: the moved database lacks its last commits, because another program was reading it; move \(SafeText(kept, limit: 4096)) next to it, as <its name>-wal, before anything opens it"
            )
        }
        leaving = task
        await task.value
    }

    /// The open store; who comes while it is being opened waits for that.
    private func opened() async throws(SQLiteStoreError) -> SQLiteVersionStore {
        guard !isClosed else { throw .closed(path) }
        if let store { return store }
        let task = opening ?? Task { await open() }
        opening = task
        return try await task.value.get()
    }

    private func open() async -> Result<SQLiteVersionStore, SQLiteStoreError> {
        defer { opening = nil }
        await leaving?.value
        let now = Moment.now.wall
        do throws(SQLiteStoreError) {
            if loss == .corrupt { try await setAside(at: now) }
            let new: SQLiteVersionStore
            do {
                new = try await .open(path)
            } catch  where error.reason == .corrupt && mayBeSetAside {
                guard try await setAside(at: now) else { throw error }
                new = try await .open(path)
            }
            do {
                var batch = StoreBatch()
                batch.watchlist = watchlist
                try await new.write(batch, at: now)
            } catch {
                await new.close()
                if error.reason == .corrupt && mayBeSetAside { loss = .corrupt }
                throw error
            }
            store = new
            if loss == .gone {
                replacements += 1
                log.warning(.databaseReplaced, "store: database replaced; reopened \(SafeText(path, limit: 4096))")
            }
            loss = nil
            return .success(new)
        } catch {
            return .failure(error)
        }
    }

    /// - Returns: whether it was a database of ours.
    @discardableResult
    private func setAside(at now: Timestamp) async throws(SQLiteStoreError) -> Bool {
        guard let place = try await SQLiteVersionStore.setAside(path, at: now) else { return false }
        mayBeSetAside = false
        loss = nil
        replacements += 1
        log.critical(
            .databaseDamaged,
            "store: damaged database moved to \(SafeText(place, limit: 4096)) and a new one started; `sqlite3 … .recover` may be able to read the old one"
        )
        return true
    }
}
