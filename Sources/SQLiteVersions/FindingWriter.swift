import GRDB
import PrompterCore

/// Records findings inside one transaction. What is new is decided from rows alone, so that a second writer is safe.
struct FindingWriter {
    private let now: Timestamp
    private let findTarget, addTarget, succeed, fail: PreparedStatement
    private let findVersion, addVersion, see: PreparedStatement
    private let addObservation: PreparedStatement
    private let metadata: MetadataRows
    private let events: EventWriter
    private let lives: LifeWriter

    init(on database: Database, at now: Timestamp) throws {
        self.now = now
        // Most targets have no expectation: with the row it costs a search in an index that is all but empty.
        let columns = """
            id, dialect IS 'stub', life, last_attempt_at, last_success_at, pruned_at, learned, lookup_failure,
            \(TroubleColumns.names),
            EXISTS (SELECT 1 FROM bindings WHERE target_id = targets.id AND valid_until IS NULL AND expect IS NOT NULL)
            """
        findTarget = try PreparedStatement("SELECT \(columns) FROM targets WHERE identity = ?1", on: database)
        addTarget = try PreparedStatement(
            "INSERT INTO targets (identity, created_at) VALUES (?1, ?2) RETURNING \(columns)", on: database)
        succeed = try PreparedStatement(Self.succeedSQL, on: database)
        fail = try PreparedStatement(Self.failSQL, on: database)
        findVersion = try PreparedStatement(
            """
            SELECT id FROM versions
            WHERE target_id = ?1 AND resolved_model = ?2 AND provider_version_key = ?3 AND digest = ?4
            """, on: database)
        addVersion = try PreparedStatement(
            """
            INSERT INTO versions (target_id, resolved_model, provider_version_key, digest, fingerprint, source, version_hash)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) RETURNING id
            """, on: database)
        see = try PreparedStatement(Self.seeSQL, on: database)
        addObservation = try PreparedStatement(
            """
            INSERT INTO observations
                (target_id, observed_at, id, version_id, slot, latency_us, input_tokens, output_tokens, suspect, shows,
                is_confirmation, retirement_at, metadata)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) ON CONFLICT DO NOTHING
            """, on: database)
        metadata = try MetadataRows(on: database)
        events = try EventWriter(on: database, at: now)
        lives = try LifeWriter(on: database, at: now, events: events)
    }

    func record(_ finding: Finding) throws -> Recorded {
        switch finding {
        case .observation(let observation, let imported): try record(observation, imported: imported)
        case .failure(let attempt): try record(attempt)
        }
    }

    private struct TargetRow {
        var id: Int64
        var isStub: Bool
        /// Empty where it has none.
        var encodedLife: [UInt8]
        var lastAttempt: Timestamp?
        var lastSuccess: Timestamp?
        var prunedAt: Timestamp?
        var learned: String?
        var lookupFailure: String?
        var trouble: Trouble
        /// Whether a watch of it says what it expects.
        var hasExpectation: Bool

        func isLatest(_ time: Timestamp) -> Bool { time >= lastAttempt ?? time }

        /// `nil` for a target whose past no life has been told of.
        var life: TargetLife? { TargetLife(encoded: encodedLife) ?? (lastSuccess == nil ? TargetLife() : nil) }

        func update(version: Version? = nil, nextConfirmation: Int? = nil) -> TargetUpdate {
            TargetUpdate(
                lastAttempt: lastAttempt, lastSuccess: lastSuccess, trouble: trouble,
                life: HeldLife(encoded: encodedLife), nextConfirmation: nextConfirmation,
                learned: MemoryQuery.learned(learned), lookupFailure: lookupFailure.flatMap(FailureClass.init),
                version: version)
        }
    }

    private func record(_ observation: Observation, imported: Bool) throws -> Recorded {
        var target = try row(of: observation.target)
        let version = try row(of: observation.version, target: target)
        let isSuspect = Recorded.isSuspect(observation.time, at: now)
        guard try add(observation, target: target.id, version: version, isSuspect: isSuspect) else {
            return Recorded(isNews: false)
        }
        guard !isSuspect else { return Recorded(isNews: true) }
        let seen = try see(observation, version: version)
        if let value = observation.metadata { try metadata.see(value, of: target.id, at: observation.time) }
        var (life, news) = try lives.take(
            observation, into: target.life, target: target.id, prunedAt: target.prunedAt)
        target.encodedLife = life.encoded
        var others =
            target.hasExpectation ? try events.unexpected(observation, life: life, target: target.id) : []
        if target.isLatest(observation.time) {
            others.insert(contentsOf: target.trouble.end(by: observation), at: 0)
            target.lastAttempt = observation.time
            if let learned = observation.learned { target.learned = learned.text }
            if !imported { target.lookupFailure = observation.lookupFailure?.rawValue }
        }
        target.lastSuccess = max(target.lastSuccess ?? observation.time, observation.time)
        news += try others.filter { try events.add($0, target: target.id) }
        succeed.bind(target.id, at: 1)
        succeed.bind(target.lastAttempt?.milliseconds, at: 2)
        succeed.bind(target.lastSuccess?.milliseconds, at: 3)
        succeed.bind(target.encodedLife, at: 4)
        succeed.bind(target.learned, at: 5)
        succeed.bind(target.lookupFailure, at: 6)
        TroubleColumns.bind(target.trouble, to: succeed, firstParameter: 7)
        try succeed.run()
        return Recorded(
            isNews: true, isNewVersion: seen?.sightings == 1, events: news,
            update: target.update(version: seen, nextConfirmation: life.nextConfirmation(of: observation)))
    }

    private func record(_ attempt: FailedAttempt) throws -> Recorded {
        guard !Recorded.isSuspect(attempt.time, at: now) else { return Recorded(isNews: true) }
        var target = try row(of: attempt.target)
        guard target.isLatest(attempt.time) else { return Recorded(isNews: true) }
        let events = target.trouble.take(attempt, hasSucceeded: target.lastSuccess != nil)
        target.lastAttempt = attempt.time
        if attempt.failureClass.unlearnsCall { target.learned = nil }
        fail.bind(target.id, at: 1)
        fail.bind(attempt.time, at: 2)
        fail.bind(target.learned, at: 3)
        TroubleColumns.bind(target.trouble, to: fail, firstParameter: 4)
        try fail.run()
        return Recorded(
            isNews: true, events: try events.filter { try self.events.add($0, target: target.id) },
            update: target.update())
    }

    /// A target that no watchlist has named yet gets a row that holds its identity alone.
    private func row(of target: TargetID) throws -> TargetRow {
        let identity = target.bytes
        findTarget.bind(identity, at: 1)
        if try findTarget.step() { return Self.takeTarget(findTarget) }
        addTarget.bind(identity, at: 1)
        addTarget.bind(now, at: 2)
        _ = try addTarget.step()
        return Self.takeTarget(addTarget)
    }

    private static func takeTarget(_ statement: PreparedStatement) -> TargetRow {
        defer { statement.reset() }
        return TargetRow(
            id: statement.integer(at: 0), isStub: statement.integer(at: 1) != 0,
            encodedLife: statement.bytes(at: 2), lastAttempt: statement.time(at: 3),
            lastSuccess: statement.time(at: 4), prunedAt: statement.time(at: 5), learned: statement.optionalText(at: 6),
            lookupFailure: statement.optionalText(at: 7), trouble: TroubleColumns.read(statement, firstColumn: 8),
            hasExpectation: statement.integer(at: 8 + TroubleColumns.count) != 0)
    }

    /// - Returns: the version with `observation`.
    private func see(_ observation: Observation, version: Int64) throws -> Version? {
        see.bind(version, at: 1)
        see.bind(observation.time, at: 2)
        defer { see.reset() }
        guard try see.step(), let first = see.time(at: 1), let last = see.time(at: 2) else { return nil }
        return Version(
            identity: observation.version, firstSeen: first, lastSeen: last, sightings: Int(see.integer(at: 0)))
    }

    private func row(of version: VersionIdentity, target: TargetRow) throws -> Int64 {
        bind(version, target, to: findVersion)
        if try findVersion.step() {
            defer { findVersion.reset() }
            return findVersion.integer(at: 0)
        }
        bind(version, target, to: addVersion)
        addVersion.bind(version.fingerprint, at: 5)
        addVersion.bind(target.isStub ? "stub" : "live", at: 6)
        addVersion.bind(VersionID.part(of: version), at: 7)
        _ = try addVersion.step()
        defer { addVersion.reset() }
        return addVersion.integer(at: 0)
    }

    private func bind(_ version: VersionIdentity, _ target: TargetRow, to statement: PreparedStatement) {
        statement.bind(target.id, at: 1)
        statement.bind(version.resolvedModel ?? "", at: 2)
        statement.bind(version.key, at: 3)
        statement.bind(version.digest ?? "", at: 4)
    }

    /// - Returns: `false` where the observation is known already.
    private func add(_ observation: Observation, target: Int64, version: Int64, isSuspect: Bool) throws -> Bool {
        addObservation.bind(target, at: 1)
        addObservation.bind(observation.time, at: 2)
        addObservation.bind(Int64(bitPattern: observation.id), at: 3)
        addObservation.bind(version, at: 4)
        addObservation.bind(observation.slot, at: 5)
        addObservation.bind(observation.latency.nanoseconds / 1000, at: 6)
        addObservation.bind(observation.usage.inputTokens.map(Int64.init), at: 7)
        addObservation.bind(observation.usage.outputTokens.map(Int64.init), at: 8)
        addObservation.bind(isSuspect ? 1 : 0, at: 9)
        addObservation.bind(Int64(observation.shows.rawValue), at: 10)
        addObservation.bind(observation.isConfirmation ? 1 : 0, at: 11)
        addObservation.bind(observation.retirement?.milliseconds, at: 12)
        addObservation.bind(observation.metadata, at: 13)
        return try addObservation.run() > 0
    }

    private static let seeSQL = """
        UPDATE versions SET
            first_seen_at = min(coalesce(first_seen_at, ?2), ?2),
            last_seen_at = max(coalesce(last_seen_at, ?2), ?2),
            fingerprint_captured_at = coalesce(fingerprint_captured_at, ?2),
            sightings = sightings + 1
        WHERE id = ?1 RETURNING sightings, first_seen_at, last_seen_at
        """

    private static let succeedSQL = """
        UPDATE targets SET
            last_attempt_at = ?2, last_success_at = ?3, life = ?4, learned = ?5, lookup_failure = ?6,
            \(TroubleColumns.set(firstParameter: 7))
        WHERE id = ?1
        """

    private static let failSQL = """
        UPDATE targets SET
            last_attempt_at = ?2, learned = ?3, \(TroubleColumns.set(firstParameter: 4))
        WHERE id = ?1
        """
}
