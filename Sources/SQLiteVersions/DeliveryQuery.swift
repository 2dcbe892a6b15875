import GRDB
import PrompterCore

/// Reads what is yet to be told to webhooks.
enum DeliveryQuery {
    /// The watches that are named with one delivery.
    private static let mostWatches = 1000

    /// - Parameters:
    ///   - horizon: what is due later than this was put off by a clock that was ahead, and counts as due.
    ///   - limit: how many webhooks' deliveries are looked for.
    static func run(
        on database: Database, at now: Timestamp, horizon: Timestamp, limit: Int
    ) throws -> DueDeliveries {
        var found = DueDeliveries()
        let count = try PreparedStatement(
            """
            SELECT count(*), min(iif(next_at > ?1 AND next_at <= ?2, next_at, NULL))
            FROM deliveries WHERE next_at IS NOT NULL
            """, on: database)
        count.bind(now, at: 1)
        count.bind(horizon, at: 2)
        if try count.step() {
            found.pending = Int(count.integer(at: 0))
            found.next = count.time(at: 1)
            count.reset()
        }
        guard found.pending > 0 else { return found }
        let due = try PreparedStatement(dueSQL, on: database)
        due.bind(now, at: 1)
        due.bind(horizon, at: 2)
        due.bind(Int64(limit), at: 3)
        while try due.step() {
            let column = EventRow.columnCount
            guard let target = TargetID(due.bytes(at: column)), let event = EventRow.event(due, target: target) else {
                continue
            }
            found.due.append(
                Delivery(
                    event: event, hook: due.bytes(at: column + 1), attempts: Int(due.integer(at: column + 2)),
                    provider: due.text(at: column + 3), model: due.text(at: column + 4)))
        }
        let findEvent = try EventRow.findEvent(on: database)
        for index in found.due.indices {
            found.due[index].corrected = try EventRow.corrected(by: found.due[index].event, findEvent)
            found.due[index].watches = try watches(of: found.due[index], on: database)
        }
        return found
    }

    /// Of a query with min() the other columns are those of the row that has it
    /// (https://www.sqlite.org/lang_select.html#bareagg): the delivery of each webhook that has been due for longest.
    private static let dueSQL = """
        SELECT \(EventRow.columns), targets.identity, oldest.hook, oldest.attempts, targets.provider, targets.model
        FROM (
            SELECT event_id, hook, attempts, min(next_at) AS next_at FROM deliveries
            WHERE next_at IS NOT NULL AND (next_at <= ?1 OR next_at > ?2)
            GROUP BY hook ORDER BY 4 LIMIT ?3
        ) AS oldest
        JOIN events ON events.id = oldest.event_id
        JOIN targets ON targets.id = events.target_id
        ORDER BY oldest.next_at
        """

    private static func watches(of delivery: Delivery, on database: Database) throws -> [Watch.Key] {
        if let watch = delivery.event.watch { return [watch] }
        let bound = try PreparedStatement(
            """
            SELECT org, workspace, template, bindings.provider, bindings.model
            FROM bindings JOIN targets ON targets.id = target_id
            WHERE targets.identity = ?1 AND hook = ?2 AND valid_until IS NULL
            ORDER BY 1, 2, 3, 4, 5 LIMIT ?3
            """, on: database)
        bound.bind(delivery.event.target.bytes, at: 1)
        bound.bind(delivery.hook, at: 2)
        bound.bind(Int64(mostWatches), at: 3)
        var keys: [Watch.Key] = []
        while try bound.step() {
            if let key = Watch.Key(texts: (0..<5).map { bound.text(at: $0) }) { keys.append(key) }
        }
        return keys
    }
}
