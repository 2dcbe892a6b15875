import GRDB
import PrompterCore

/// Takes rows of the service layer's table in: each is a version, and what is known of when it was seen is a tally of its
/// first and of its last day.
struct PromptVersionImport {
    private struct Past {
        var target: Int64
        var first: Timestamp
        var last: Timestamp
    }

    /// The service layer probed once an hour.
    private static let interval: Duration = .seconds(3600)

    private let now: Timestamp
    private let findTarget, findBinding, addTarget, findVersion, addVersion, see: PreparedStatement
    private let tallies: TallyImport
    private var pasts: [Watch.Key: Past] = [:]

    init(on database: Database, at now: Timestamp) throws {
        self.now = now
        tallies = try TallyImport(on: database)
        findTarget = try PreparedStatement("SELECT id FROM targets WHERE identity = ?1", on: database)
        findBinding = try PreparedStatement(
            """
            SELECT target_id FROM bindings
            WHERE org = ?1 AND workspace = ?2 AND template = ?3 AND provider = ?4 AND model = ?5 AND valid_until IS NULL
            """, on: database)
        addTarget = try PreparedStatement(
            """
            INSERT INTO targets (identity, provider, model, interval_ms, created_at) VALUES (?1, ?2, ?3, ?4, ?5)
            RETURNING id
            """, on: database)
        findVersion = try PreparedStatement(
            "SELECT id FROM versions WHERE target_id = ?1 AND provider_version_key = ?2 ORDER BY id LIMIT 1",
            on: database)
        addVersion = try PreparedStatement(
            """
            INSERT INTO versions (target_id, resolved_model, provider_version_key, fingerprint, source)
            VALUES (?1, ?2, ?3, ?4, 'import') RETURNING id
            """, on: database)
        see = try PreparedStatement(
            """
            UPDATE versions SET
                first_seen_at = min(coalesce(first_seen_at, ?2), ?2),
                last_seen_at = max(coalesce(last_seen_at, ?3), ?3),
                fingerprint_captured_at = coalesce(fingerprint_captured_at, ?4), sightings = sightings + ?5
            WHERE id = ?1
            """, on: database)
    }

    /// - Returns: whether it is a version that was not known.
    mutating func take(_ row: PromptVersionRow) throws -> Bool {
        let target = try pasts[row.watch]?.target ?? target(of: row.watch)
        var past = pasts[row.watch] ?? Past(target: target, first: row.firstSeen, last: row.lastSeen)
        (past.first, past.last) = (min(past.first, row.firstSeen), max(past.last, row.lastSeen))
        pasts[row.watch] = past
        let (version, isNew) = try version(row.version, target: target)
        var sightings: Int64 = 0
        for time in row.firstSeen == row.lastSeen ? [row.firstSeen] : [row.firstSeen, row.lastSeen]
        where try tallies.fold(target: target, version: version, at: time) { sightings += 1 }
        see.bind(version, at: 1)
        see.bind(row.firstSeen, at: 2)
        see.bind(row.lastSeen, at: 3)
        see.bind(row.capturedAt?.milliseconds, at: 4)
        see.bind(sightings, at: 5)
        try see.run()
        return isNew
    }

    /// Binds each watch to its target for as long as it was seen, where nothing binds it then.
    ///
    /// - Returns: how many bindings were added.
    func finish(_ bindings: inout BindingImport) throws -> Int {
        var added = 0
        for (watch, past) in pasts.sorted(by: { $0.key < $1.key }) {
            // A binding holds until a time, and the last sighting belongs to it.
            added += try bindings.add(
                watch, target: past.target, interval: Self.interval.milliseconds, from: past.first,
                until: past.last + .milliseconds(1))
        }
        return added
    }

    /// The target that an import made before, or that the watch points to now, or a new one that nobody calls.
    private func target(of watch: Watch.Key) throws -> Int64 {
        let identity = TargetID(importedOf: watch).bytes
        findTarget.bind(identity, at: 1)
        if let known = try first(of: findTarget) { return known }
        for (index, text) in watch.texts.enumerated() { findBinding.bind(text, at: CInt(index + 1)) }
        if let bound = try first(of: findBinding) { return bound }
        addTarget.bind(identity, at: 1)
        addTarget.bind(watch.provider, at: 2)
        addTarget.bind(watch.model, at: 3)
        addTarget.bind(Self.interval.milliseconds, at: 4)
        addTarget.bind(now, at: 5)
        return try first(of: addTarget) ?? 0
    }

    private func version(_ version: VersionIdentity, target: Int64) throws -> (id: Int64, isNew: Bool) {
        findVersion.bind(target, at: 1)
        findVersion.bind(version.key, at: 2)
        if let known = try first(of: findVersion) { return (known, false) }
        addVersion.bind(target, at: 1)
        addVersion.bind(version.resolvedModel ?? "", at: 2)
        addVersion.bind(version.key, at: 3)
        addVersion.bind(version.fingerprint, at: 4)
        return (try first(of: addVersion) ?? 0, true)
    }

    private func first(of statement: PreparedStatement) throws -> Int64? {
        guard try statement.step() else { return nil }
        defer { statement.reset() }
        return statement.integer(at: 0)
    }
}
