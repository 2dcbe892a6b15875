import GRDB
import PrompterCore

/// What the database knows of many targets.
enum MemoryQuery {
    static func run(on database: Database, of targets: [TargetID]) throws -> [TargetID: TargetMemory] {
        guard !targets.isEmpty else { return [:] }
        let targets = Array(Set(targets))
        let query = try PreparedStatement(sql, on: database)
        let versions = try PreparedStatement(WatchQuery.versionsSQL, on: database)
        versions.bind(Int64(TargetMemory.mostVersions), at: 2)
        query.bind(targets.flatMap(\.bytes), at: 1)
        query.bind(Int64(targets.count), at: 2)
        var memories: [TargetID: TargetMemory] = [:]
        memories.reserveCapacity(targets.count)
        while try query.step() {
            var memory = TargetMemory(
                lastAttempt: query.time(at: 1), lastSuccess: query.time(at: 2),
                trouble: TroubleColumns.read(query, firstColumn: 6),
                life: HeldLife(encoded: query.bytes(at: 3)),
                lastChange: query.time(at: 4), learned: learned(query.optionalText(at: 5)),
                lookupFailure: query.optionalText(at: 7 + TroubleColumns.count).flatMap(FailureClass.init))
            versions.bind(query.integer(at: 6 + TroubleColumns.count), at: 1)
            while try versions.step() {
                if let version = Version(versions, firstColumn: 0) { memory.versions.append(version) }
            }
            guard memory.lastAttempt != nil || !memory.versions.isEmpty else { continue }
            memory.versions.sort(by: Version.isSeenLater)
            memories[targets[Int(query.integer(at: 0))]] = memory
        }
        return memories
    }

    static func learned(_ text: String?) -> CallVariant? {
        text.flatMap(CallVariant.init).flatMap { $0 == .usual ? nil : $0 }
    }

    /// The identities come packed in one blob, so that any number is one search each and no text is parsed. CROSS JOIN keeps
    /// SQLite from turning the loops round (https://www.sqlite.org/optoverview.html#crossjoin). A change that is later than the
    /// last success was taken back with it.
    private static let sql = """
        WITH RECURSIVE asked (n) AS (VALUES (0) UNION ALL SELECT n + 1 FROM asked WHERE n + 1 < ?2)
        SELECT
            n, targets.last_attempt_at, targets.last_success_at, targets.life,
            (SELECT max(happened_at) FROM events
                WHERE target_id = targets.id AND kind IN ('appeared', 'replaced', 'returned')
                    AND happened_at <= targets.last_success_at), targets.learned,
            \(TroubleColumns.names), targets.id, targets.lookup_failure
        FROM asked CROSS JOIN targets ON targets.identity = substr(?1, 1 + 32 * n, 32)
        """
}

extension PreparedStatement {
    func time(at column: CInt) -> Timestamp? {
        optionalInteger(at: column).map(Timestamp.init(milliseconds:))
    }
}

extension Version {
    /// What ``init(_:firstColumn:)`` reads, in its order.
    static let columns = "resolved_model, fingerprint, digest, first_seen_at, last_seen_at, sightings"
    static let columnCount: CInt = 6

    /// - Returns: `nil` where the row has no version.
    init?(_ row: PreparedStatement, firstColumn: CInt) {
        guard
            let identity = VersionIdentity(
                resolvedModel: row.optionalText(at: firstColumn), fingerprint: row.optionalText(at: firstColumn + 1),
                digest: row.optionalText(at: firstColumn + 2)),
            let firstSeen = row.time(at: firstColumn + 3), let lastSeen = row.time(at: firstColumn + 4)
        else { return nil }
        self.init(
            identity: identity, firstSeen: firstSeen, lastSeen: lastSeen,
            sightings: Int(row.integer(at: firstColumn + 5)))
    }
}
