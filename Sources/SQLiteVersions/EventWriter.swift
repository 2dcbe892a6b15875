import GRDB
import PrompterCore

/// Adds events, and with each what is to be told of it, in the same transaction: whoever crashes in between tells it later.
struct EventWriter {
    private let now: Timestamp
    private let addEvent, findEvent, findHooks, addDelivery: PreparedStatement
    private let findExpectations, findUnexpected: PreparedStatement

    init(on database: Database, at now: Timestamp) throws {
        self.now = now
        addEvent = try PreparedStatement(
            """
            INSERT INTO events (
                id, target_id, kind, signal, value, watch, slot, happened_at, observation_id, recorded_at, is_confirmed,
                previous, previous_since, evidence, place_at, place_id)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?8, ?9) ON CONFLICT DO NOTHING
            """, on: database)
        findEvent = try EventRow.findEvent(on: database)
        findHooks = try PreparedStatement(
            """
            SELECT hook, hook_severity, org, workspace, template, provider, model FROM bindings
            WHERE target_id = ?1 AND valid_until IS NULL AND hook IS NOT NULL
            """, on: database)
        addDelivery = try PreparedStatement(
            "INSERT INTO deliveries (event_id, hook, next_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING", on: database)
        findExpectations = try PreparedStatement(
            """
            SELECT expect, org, workspace, template, provider, model FROM bindings
            WHERE target_id = ?1 AND valid_until IS NULL AND expect IS NOT NULL
            """, on: database)
        findUnexpected = try PreparedStatement(
            """
            SELECT 1 FROM events
            WHERE target_id = ?1 AND place_at >= ?2 AND kind = 'unexpected' AND value = ?3 AND watch = ?4 LIMIT 1
            """, on: database)
    }

    /// - Parameter isTold: whether webhooks are told of it.
    /// - Returns: `false` where the event is known already.
    func add(_ event: Event, target: Int64, isTold: Bool = true) throws -> Bool {
        addEvent.bind(event.id, at: 1)
        addEvent.bind(target, at: 2)
        addEvent.bind(event.kind.rawValue, at: 3)
        addEvent.bind(event.signal?.rawValue, at: 4)
        addEvent.bind(event.value, at: 5)
        addEvent.bind(event.watch.map { EventRow.text(of: $0.texts) }, at: 6)
        addEvent.bind(event.slot, at: 7)
        addEvent.bind(event.time, at: 8)
        addEvent.bind(Int64(bitPattern: event.observation), at: 9)
        addEvent.bind(now, at: 10)
        addEvent.bind(event.isConfirmed.map { $0 ? 1 : 0 }, at: 11)
        addEvent.bind(EventRow.text(of: event.previous), at: 12)
        addEvent.bind(event.previousSince?.milliseconds, at: 13)
        addEvent.bind(EventRow.text(of: event.evidence), at: 14)
        guard try addEvent.run() > 0 else { return false }
        if isTold { try addDeliveries(of: event, target: target) }
        return true
    }

    /// The events of those watches of the target that do not expect what `observation`, which `life` has taken in, shows.
    func unexpected(_ observation: Observation, life: TargetLife, target: Int64) throws -> [Event] {
        findExpectations.bind(target, at: 1)
        var expectations: [Watch.Key: Expectation] = [:]
        while try findExpectations.step() {
            expectations[Watch.Key(findExpectations, firstColumn: 1)] =
                Expectation(EventRow.texts(in: findExpectations.text(at: 0)))
        }
        return try life.unexpected(observation, by: expectations) { watch, value, time in
            findUnexpected.bind(target, at: 1)
            findUnexpected.bind(time, at: 2)
            findUnexpected.bind(value, at: 3)
            findUnexpected.bind(EventRow.text(of: watch.texts), at: 4)
            defer { findUnexpected.reset() }
            return try findUnexpected.step()
        }
    }

    private func addDeliveries(of event: Event, target: Int64) throws {
        let severity = event.severityToTell(correcting: try EventRow.corrected(by: event, findEvent))
        findHooks.bind(target, at: 1)
        var hooks: Set<[UInt8]> = []
        while try findHooks.step() {
            guard let least = Severity(rawValue: findHooks.text(at: 1)), severity >= least else { continue }
            if let watch = event.watch, watch.texts != (2...6).map({ findHooks.text(at: $0) }) { continue }
            hooks.insert(findHooks.bytes(at: 0))
        }
        for hook in hooks {
            addDelivery.bind(event.id, at: 1)
            addDelivery.bind(hook, at: 2)
            addDelivery.bind(now, at: 3)
            try addDelivery.run()
        }
    }
}
