import GRDB
import PrompterCore

/// Records findings inside one transaction. What is new is decided from rows alone, so that a second writer is safe.
struct FindingWriter {
    private let now: Timestamp
    private let findTarget, addTarget, succeed, fail: PreparedStatement
    private let findVersion, addVersion, anyVersion, see: PreparedStatement
    private let addObservation, addEvent: PreparedStatement

    init(on database: Database, at now: Timestamp) throws {
        self.now = now
        findTarget = try PreparedStatement(
            "SELECT id, dialect IS 'stub' FROM targets WHERE identity = ?1", on: database)
        addTarget = try PreparedStatement(
            "INSERT INTO targets (identity, created_at) VALUES (?1, ?2) RETURNING id, FALSE", on: database)
        succeed = try PreparedStatement(Self.succeedSQL, on: database)
        fail = try PreparedStatement(Self.failSQL, on: database)
        findVersion = try PreparedStatement(
            """
            SELECT id, sightings FROM versions
            WHERE target_id = ?1 AND resolved_model = ?2 AND provider_version_key = ?3
            """, on: database)
        addVersion = try PreparedStatement(
            """
            INSERT INTO versions (target_id, resolved_model, provider_version_key, fingerprint, source)
            VALUES (?1, ?2, ?3, ?4, ?5) RETURNING id
            """, on: database)
        anyVersion = try PreparedStatement(
            "SELECT 1 FROM versions WHERE target_id = ?1 AND sightings > 0 LIMIT 1", on: database)
        see = try PreparedStatement(Self.seeSQL, on: database)
        addObservation = try PreparedStatement(
            """
            INSERT INTO observations
                (target_id, observed_at, id, version_id, slot, latency_us, input_tokens, output_tokens, suspect)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO NOTHING
            """, on: database)
        addEvent = try PreparedStatement(
            """
            INSERT INTO events (id, target_id, kind, version_id, slot, happened_at, recorded_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING
            """, on: database)
    }

    func record(_ finding: Finding) throws -> Recorded {
        switch finding {
        case .observation(let observation, _): try record(observation)
        case .failure(let attempt): try record(attempt)
        }
    }

    private func record(_ observation: Observation) throws -> Recorded {
        let target = try row(of: observation.target)
        let version = try row(of: observation.version, target: target)
        let isSuspect = Recorded.isSuspect(observation.time, at: now)
        guard try add(observation, target: target.id, version: version.id, isSuspect: isSuspect) else {
            return Recorded(isNews: false)
        }
        guard !isSuspect else { return Recorded(isNews: true) }
        let isFirst = try version.isNew && !hasVersions(target.id)
        see.bind(version.id, at: 1)
        see.bind(observation.time, at: 2)
        try see.run()
        succeed.bind(target.id, at: 1)
        succeed.bind(observation.time, at: 2)
        try succeed.run()
        guard version.isNew else { return Recorded(isNews: true) }
        let event = Event(kind: isFirst ? .first : .appeared, observation: observation)
        return Recorded(isNews: true, events: try add(event, target: target.id, version: version.id) ? [event] : [])
    }

    private func record(_ attempt: FailedAttempt) throws -> Recorded {
        guard !Recorded.isSuspect(attempt.time, at: now) else { return Recorded(isNews: true) }
        let target = try row(of: attempt.target)
        fail.bind(target.id, at: 1)
        fail.bind(attempt.time, at: 2)
        fail.bind(attempt.failureClass.rawValue, at: 3)
        try fail.run()
        return Recorded(isNews: true)
    }

    /// A target that no watchlist has named yet gets a row that holds its identity alone.
    private func row(of target: TargetID) throws -> (id: Int64, isStub: Bool) {
        let identity = target.bytes
        findTarget.bind(identity, at: 1)
        if try findTarget.step() { return Self.takeTarget(findTarget) }
        addTarget.bind(identity, at: 1)
        addTarget.bind(now, at: 2)
        _ = try addTarget.step()
        return Self.takeTarget(addTarget)
    }

    private static func takeTarget(_ statement: PreparedStatement) -> (id: Int64, isStub: Bool) {
        defer { statement.reset() }
        return (statement.integer(at: 0), statement.integer(at: 1) != 0)
    }

    private func row(
        of version: VersionIdentity, target: (id: Int64, isStub: Bool)
    ) throws -> (id: Int64, isNew: Bool) {
        findVersion.bind(target.id, at: 1)
        findVersion.bind(version.resolvedModel ?? "", at: 2)
        findVersion.bind(version.key, at: 3)
        if try findVersion.step() {
            defer { findVersion.reset() }
            return (findVersion.integer(at: 0), findVersion.integer(at: 1) == 0)
        }
        addVersion.bind(target.id, at: 1)
        addVersion.bind(version.resolvedModel ?? "", at: 2)
        addVersion.bind(version.key, at: 3)
        addVersion.bind(version.fingerprint, at: 4)
        addVersion.bind(target.isStub ? "stub" : "live", at: 5)
        _ = try addVersion.step()
        defer { addVersion.reset() }
        return (addVersion.integer(at: 0), true)
    }

    private func hasVersions(_ target: Int64) throws -> Bool {
        anyVersion.bind(target, at: 1)
        defer { anyVersion.reset() }
        return try anyVersion.step()
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
        return try addObservation.run() > 0
    }

    /// - Returns: `false` where the event is known already.
    private func add(_ event: Event, target: Int64, version: Int64) throws -> Bool {
        addEvent.bind(event.id, at: 1)
        addEvent.bind(target, at: 2)
        addEvent.bind(event.kind.rawValue, at: 3)
        addEvent.bind(version, at: 4)
        addEvent.bind(event.slot, at: 5)
        addEvent.bind(event.time, at: 6)
        addEvent.bind(now, at: 7)
        return try addEvent.run() > 0
    }

    private static let seeSQL = """
        UPDATE versions SET
            first_seen_at = min(coalesce(first_seen_at, ?2), ?2),
            last_seen_at = max(coalesce(last_seen_at, ?2), ?2),
            fingerprint_captured_at = coalesce(fingerprint_captured_at, ?2),
            sightings = sightings + 1
        WHERE id = ?1
        """

    private static let succeedSQL = """
        UPDATE targets SET
            failure_class = iif(?2 >= coalesce(last_attempt_at, ?2), NULL, failure_class),
            failures = iif(?2 >= coalesce(last_attempt_at, ?2), 0, failures),
            last_attempt_at = max(coalesce(last_attempt_at, ?2), ?2),
            last_success_at = max(coalesce(last_success_at, ?2), ?2)
        WHERE id = ?1
        """

    private static let failSQL = """
        UPDATE targets SET last_attempt_at = ?2, failure_class = ?3, failures = failures + 1
        WHERE id = ?1 AND ?2 >= coalesce(last_attempt_at, ?2)
        """
}
