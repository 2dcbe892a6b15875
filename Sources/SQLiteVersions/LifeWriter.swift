import GRDB
import PrompterCore

/// Keeps the lives of targets' signals inside one transaction: a success that is the latest is taken into the life as it
/// stands; after one that came late, what has happened since is told anew.
struct LifeWriter {
    /// A checkpoint is kept after so many successes.
    static let checkpointEvery = 64

    private let now: Timestamp
    private let rules: LifeRules
    private let events: EventWriter
    private let addCheckpoint, findCheckpoint, dropCheckpoints, findObservations, findEvents, findCorrected, anyEvent,
        move: PreparedStatement
    private let isKnown: [Signal: PreparedStatement]
    private let saveLife: PreparedStatement

    init(on database: Database, at now: Timestamp, rules: LifeRules = LifeRules(), events: EventWriter) throws {
        self.now = now
        self.rules = rules
        self.events = events
        addCheckpoint = try PreparedStatement(
            "INSERT OR REPLACE INTO checkpoints (target_id, observed_at, id, life) VALUES (?1, ?2, ?3, ?4)",
            on: database)
        findCheckpoint = try PreparedStatement(
            """
            SELECT life FROM checkpoints WHERE target_id = ?1 AND observed_at < ?2 ORDER BY observed_at DESC LIMIT 1
            """, on: database)
        dropCheckpoints = try PreparedStatement(
            "DELETE FROM checkpoints WHERE target_id = ?1 AND observed_at >= ?2", on: database)
        findObservations = try PreparedStatement(
            """
            SELECT observed_at, observations.id, slot, shows, is_confirmation, retirement_at,
                resolved_model, fingerprint, digest, observations.metadata
            FROM observations JOIN versions ON versions.id = version_id
            WHERE observations.target_id = ?1 AND observed_at >= ?2 AND observed_at < ?3 AND NOT suspect
            ORDER BY observed_at
            """, on: database)
        findEvents = try PreparedStatement(
            "SELECT \(EventRow.columns) FROM events WHERE target_id = ?1 AND place_at >= ?2 ORDER BY number",
            on: database)
        anyEvent = try PreparedStatement("SELECT 1 FROM events WHERE target_id = ?1 LIMIT 1", on: database)
        move = try PreparedStatement(
            "UPDATE events SET place_at = ?2, place_id = ?3 WHERE id = ?1", on: database)
        findCorrected = try PreparedStatement(
            "SELECT previous FROM events WHERE target_id = ?1 AND kind = 'corrected'", on: database)
        let columns: [Signal: (table: String, name: String)] = [
            .model: ("versions", "resolved_model"), .fingerprint: ("versions", "fingerprint"),
            .digest: ("versions", "digest"), .metadata: ("metadata", "value"),
        ]
        isKnown = try columns.mapValues { column in
            try PreparedStatement(
                """
                SELECT 1 FROM \(column.table) WHERE target_id = ?1 AND \(column.name) = ?2 AND first_seen_at < ?3 LIMIT 1
                """, on: database)
        }
        saveLife = try PreparedStatement("UPDATE targets SET life = ?2 WHERE id = ?1", on: database)
    }

    /// Takes `observation`, which has its row, into `life`.
    ///
    /// - Parameter life: the target's; `nil` where it has none yet, which is then told from its rows.
    /// - Returns: the life now, and the events of it that nobody knew.
    func take(
        _ observation: Observation, into life: consuming TargetLife?, target: Int64, prunedAt: Timestamp?
    ) throws -> (life: TargetLife, events: [Event]) {
        guard var life else {
            // Of the past of a database that an older program made nobody is told.
            let past = try retell(observation.target, row: target, from: observation.time, isTold: false)
            return (past.life, past.life.successes == 1 ? past.events : [])
        }
        // What is older than what is left cannot be put into its place.
        if let prunedAt, observation.time < prunedAt { return (life, []) }
        guard life.isNext(observation) else {
            return try retell(observation.target, row: target, from: observation.time, isTold: true)
        }
        let events = try take(observation, &life, target: target)
        return (life, try events.filter { try self.events.add($0, target: target) })
    }

    /// Tells anew what happened from `time` on, and corrects what was told and does not hold.
    ///
    /// - Returns: the life now, and the events that nobody knew.
    func retell(
        _ id: TargetID, row: Int64, from time: Timestamp, isTold: Bool = true
    ) throws -> (life: TargetLife, events: [Event]) {
        let (life, _, derived) = try derive(id, row: row, from: time)
        guard isTold || life.successes == 1 else { return (life, []) }
        // What was complete before cannot have changed, and who was not told of it then is not told now.
        let revision = EventRevision(
            derived: derived.filter { $0.time >= time }, told: try told(id, row: row, from: time))
        // A life that begins anew, since nothing is left of its past, has no first version to tell of.
        if !isTold, !revision.missing.isEmpty, try hasEvents(row) { return (life, []) }
        for (told, derived) in revision.moved {
            move.bind(told.id, at: 1)
            move.bind(derived.time, at: 2)
            move.bind(Int64(bitPattern: derived.observation), at: 3)
            try move.run()
        }
        var news: [Event] = []
        for var event in revision.missing {
            while try !events.add(event, target: row) { event = event.retold }
            news.append(event)
        }
        news += try revision.refuted.map { Event(correcting: $0, at: now) }.filter { try events.add($0, target: row) }
        return (life, news)
    }

    /// Makes the life anew from what the observations say from `time` on, of which nobody is told.
    func restore(_ id: TargetID, row: Int64, from time: Timestamp) throws {
        try save(try derive(id, row: row, from: time).life, target: row)
    }

    /// - Returns: the life now, the head of the older one that it was made from, and what has happened since then.
    private func derive(
        _ id: TargetID, row: Int64, from time: Timestamp
    ) throws -> (life: TargetLife, start: Sighting?, events: [Event]) {
        for statement in [findCheckpoint, dropCheckpoints] {
            statement.bind(row, at: 1)
            statement.bind(time, at: 2)
        }
        var life = TargetLife()
        if try findCheckpoint.step() {
            life = TargetLife(encoded: findCheckpoint.bytes(at: 0)) ?? life
            findCheckpoint.reset()
        }
        let start = life.head
        try dropCheckpoints.run()
        var derived: [Event] = []
        for observation in try observations(of: id, row: row, after: start) {
            derived += try take(observation, &life, target: row)
        }
        return (life, start, derived)
    }

    /// Writes `life` down, for who changes nothing else of the target.
    func save(_ life: TargetLife, target: Int64) throws {
        saveLife.bind(target, at: 1)
        saveLife.bind(life.encoded, at: 2)
        try saveLife.run()
    }

    /// Keeps the life as it was after the last observation before `end`, for when those before are no longer there.
    func keepCheckpoint(of id: TargetID, row: Int64, before end: Timestamp) throws {
        var life = TargetLife()
        findCheckpoint.bind(row, at: 1)
        findCheckpoint.bind(end, at: 2)
        if try findCheckpoint.step() {
            life = TargetLife(encoded: findCheckpoint.bytes(at: 0)) ?? life
            findCheckpoint.reset()
        }
        for observation in try observations(of: id, row: row, after: life.head, before: end) {
            _ = try take(observation, &life, target: row)
        }
        if let head = life.head { try add(life, at: head, target: row) }
    }

    private func add(_ checkpoint: TargetLife, at place: Sighting, target: Int64) throws {
        addCheckpoint.bind(target, at: 1)
        addCheckpoint.bind(place.time, at: 2)
        addCheckpoint.bind(Int64(bitPattern: place.id), at: 3)
        addCheckpoint.bind(checkpoint.encoded, at: 4)
        try addCheckpoint.run()
    }

    private func take(_ observation: Observation, _ life: inout TargetLife, target: Int64) throws -> [Event] {
        let events = try life.take(observation, rules: rules) { signal, value in
            guard let statement = isKnown[signal] else { return false }
            statement.bind(target, at: 1)
            statement.bind(value, at: 2)
            statement.bind(observation.time, at: 3)
            defer { statement.reset() }
            return try statement.step()
        }
        if life.successes.isMultiple(of: Self.checkpointEvery), let head = life.head {
            try add(life, at: head, target: target)
        }
        return events
    }

    /// In the order of their times; of two of one millisecond the core's own order decides, since a row's id is signed.
    private func observations(
        of id: TargetID, row: Int64, after start: Sighting?, before end: Timestamp = Timestamp(milliseconds: .max)
    ) throws -> [Observation] {
        findObservations.bind(row, at: 1)
        findObservations.bind(start?.time.milliseconds ?? .min, at: 2)
        findObservations.bind(end, at: 3)
        var found: [Observation] = []
        while try findObservations.step() {
            guard
                let version = VersionIdentity(
                    resolvedModel: findObservations.optionalText(at: 6),
                    fingerprint: findObservations.optionalText(at: 7), digest: findObservations.optionalText(at: 8))
            else { continue }
            found.append(
                Observation(
                    id: UInt64(bitPattern: findObservations.integer(at: 1)), target: id,
                    slot: findObservations.integer(at: 2),
                    time: Timestamp(milliseconds: findObservations.integer(at: 0)), version: version,
                    metadata: findObservations.optionalText(at: 9),
                    shows: SignalSet(rawValue: UInt8(truncatingIfNeeded: findObservations.integer(at: 3))),
                    isConfirmation: findObservations.integer(at: 4) != 0, retirement: findObservations.time(at: 5)))
        }
        found.sort { ($0.time, $0.id) < ($1.time, $1.id) }
        return found.filter { Self.isAfter(start, time: $0.time, id: $0.id) }
    }

    private func told(_ id: TargetID, row: Int64, from time: Timestamp) throws -> [Event] {
        findCorrected.bind(row, at: 1)
        var corrected: Set<String> = []
        while try findCorrected.step() { corrected.formUnion(EventRow.texts(in: findCorrected.text(at: 0))) }
        findEvents.bind(row, at: 1)
        findEvents.bind(time, at: 2)
        var told: [Event] = []
        while try findEvents.step() {
            guard let event = EventRow.event(findEvents, target: id), event.isOfLife, !corrected.contains(event.id)
            else { continue }
            told.append(event)
        }
        return told
    }

    private func hasEvents(_ row: Int64) throws -> Bool {
        anyEvent.bind(row, at: 1)
        defer { anyEvent.reset() }
        return try anyEvent.step()
    }

    private static func isAfter(_ start: Sighting?, time: Timestamp, id: UInt64) -> Bool {
        start.map { ($0.time, $0.id) < (time, id) } ?? true
    }
}
