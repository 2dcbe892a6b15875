import GRDB
import PrompterCore

/// Events as rows.
enum EventRow {
    /// The columns that ``event(_:target:firstColumn:)`` reads, in its order.
    static let columns = """
        events.id, events.kind, events.signal, events.value, events.watch, events.slot, events.happened_at,
        events.observation_id, events.is_confirmed, events.previous, events.previous_since, events.evidence
        """
    static let columnCount: CInt = 12

    /// - Returns: `nil` for a row that this program did not write.
    static func event(_ row: PreparedStatement, target: TargetID, firstColumn: CInt = 0) -> Event? {
        guard let kind = Event.Kind(rawValue: row.text(at: firstColumn + 1)) else { return nil }
        return Event(
            id: row.text(at: firstColumn), target: target, kind: kind,
            signal: row.optionalText(at: firstColumn + 2).flatMap(Signal.init), value: row.text(at: firstColumn + 3),
            watch: row.optionalText(at: firstColumn + 4).flatMap { Watch.Key(texts: texts(in: $0)) },
            slot: row.integer(at: firstColumn + 5),
            time: Timestamp(milliseconds: row.integer(at: firstColumn + 6)),
            observation: UInt64(bitPattern: row.integer(at: firstColumn + 7)),
            isConfirmed: row.optionalInteger(at: firstColumn + 8).map { $0 != 0 },
            previous: texts(in: row.text(at: firstColumn + 9)), previousSince: row.time(at: firstColumn + 10),
            evidence: sightings(in: row.text(at: firstColumn + 11)))
    }

    /// A statement for ``corrected(by:_:)``.
    static func findEvent(on database: Database) throws -> PreparedStatement {
        try PreparedStatement("SELECT \(columns) FROM events WHERE id = ?1", on: database)
    }

    /// The event that `event` corrects; `nil` where it corrects none, or there is no row of it.
    static func corrected(by event: Event, _ findEvent: PreparedStatement) throws -> Event? {
        guard event.kind == .corrected, let id = event.previous.first else { return nil }
        findEvent.bind(id, at: 1)
        defer { findEvent.reset() }
        return try findEvent.step() ? self.event(findEvent, target: event.target) : nil
    }

    /// A JSON array of texts.
    static func text(of texts: [String]) -> String {
        JSONValue.array(texts.map { .string($0) }).text
    }

    static func texts(in text: String) -> [String] {
        (try? JSONDocument(Array(text.utf8)).root.elements?.compactMap(\.string)) ?? []
    }

    /// `[[milliseconds,"id","value"],…]`
    static func text(of sightings: [Sighting]) -> String {
        JSONValue.array(
            sightings.map { sighting in
                .array([
                    .integer(sighting.time.milliseconds), .string(Hexadecimal.encode(sighting.id)),
                    .string(sighting.value),
                ])
            }
        ).text
    }

    private static func sightings(in text: String) -> [Sighting] {
        let elements = (try? JSONDocument(Array(text.utf8)).root.elements) ?? []
        return elements.compactMap { element in
            guard let parts = element.elements, parts.count == 3, let time = parts[0].integer,
                let id = parts[1].string.flatMap(Hexadecimal.decodeWord), let value = parts[2].string
            else { return nil }
            return Sighting(time: Timestamp(milliseconds: Int64(time)), id: id, value: value)
        }
    }
}
