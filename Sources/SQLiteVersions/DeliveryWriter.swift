import GRDB
import PrompterCore

/// Writes how deliveries ended.
struct DeliveryWriter {
    private let now: Timestamp
    private let update: PreparedStatement

    init(on database: Database, at now: Timestamp) throws {
        self.now = now
        update = try PreparedStatement(
            """
            UPDATE deliveries SET attempts = attempts + ?3, next_at = ?4, delivered_at = ?5
            WHERE event_id = ?1 AND hook = ?2 AND next_at IS NOT NULL
            """, on: database)
    }

    func settle(_ delivery: Delivery, _ ending: DeliveryEnding) throws {
        let (attempts, next, delivered): (Int64, Timestamp?, Timestamp?) =
            switch ending {
            case .delivered: (0, nil, now)
            case .failed(let time): (1, time, nil)
            case .held(let time): (0, time, nil)
            case .givenUp: (1, nil, nil)
            }
        update.bind(delivery.event.id, at: 1)
        update.bind(delivery.hook, at: 2)
        update.bind(attempts, at: 3)
        update.bind(next?.milliseconds, at: 4)
        update.bind(delivered?.milliseconds, at: 5)
        try update.run()
    }
}
