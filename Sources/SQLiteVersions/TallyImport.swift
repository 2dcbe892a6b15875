import GRDB
import PrompterCore

/// Adds imported sightings to tallies, so that the same ones added again change nothing.
struct TallyImport {
    private let find, put, count: PreparedStatement

    init(on database: Database) throws {
        find = try PreparedStatement(
            "SELECT first_at, last_at, sightings FROM tallies WHERE target_id = ?1 AND day = ?2 AND version_id = ?3",
            on: database)
        put = try PreparedStatement(
            """
            INSERT OR REPLACE INTO tallies (target_id, day, version_id, first_at, last_at, sightings)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            """, on: database)
        count = try PreparedStatement(
            """
            SELECT count(*) FROM observations
            WHERE target_id = ?1 AND observed_at BETWEEN ?2 AND ?3 AND version_id = ?4 AND NOT suspect
            """, on: database)
    }

    /// Adds one sighting, where none of its day reaches around it.
    ///
    /// - Returns: whether it was added.
    func fold(target: Int64, version: Int64, at time: Timestamp) throws -> Bool {
        let known = try known(target, version, day: ExchangeRow.day(of: time))
        if let known, known.first <= time, time <= known.last { return false }
        try put(
            target, version, first: min(known?.first ?? time, time), last: max(known?.last ?? time, time),
            sightings: (known?.sightings ?? 0) + 1)
        return true
    }

    /// Takes over a tally of elsewhere. Where the observations that it counts are still here, nothing is to be done.
    ///
    /// - Parameter isOfNewTarget: whether nothing was known of the target: the tally then counts none that are here.
    /// - Returns: how many sightings were not known.
    func merge(
        target: Int64, version: Int64, first: Timestamp, last: Timestamp, sightings: Int64, isOfNewTarget: Bool
    ) throws -> Int64 {
        count.bind(target, at: 1)
        count.bind(first, at: 2)
        count.bind(last, at: 3)
        count.bind(version, at: 4)
        _ = try count.step()
        let here = count.integer(at: 0)
        count.reset()
        guard isOfNewTarget || here < sightings else { return 0 }
        let known = try known(target, version, day: ExchangeRow.day(of: first))
        let (earliest, latest) = (min(known?.first ?? first, first), max(known?.last ?? last, last))
        let most = max(known?.sightings ?? 0, sightings)
        if let known, known == (earliest, latest, most) { return 0 }
        try put(target, version, first: earliest, last: latest, sightings: most)
        return most - (known?.sightings ?? 0)
    }

    private func known(
        _ target: Int64, _ version: Int64, day: Int64
    ) throws -> (first: Timestamp, last: Timestamp, sightings: Int64)? {
        find.bind(target, at: 1)
        find.bind(day, at: 2)
        find.bind(version, at: 3)
        guard try find.step() else { return nil }
        defer { find.reset() }
        return (
            Timestamp(milliseconds: find.integer(at: 0)), Timestamp(milliseconds: find.integer(at: 1)),
            find.integer(at: 2)
        )
    }

    private func put(
        _ target: Int64, _ version: Int64, first: Timestamp, last: Timestamp, sightings: Int64
    ) throws {
        put.bind(target, at: 1)
        put.bind(ExchangeRow.day(of: first), at: 2)
        put.bind(version, at: 3)
        put.bind(first, at: 4)
        put.bind(last, at: 5)
        put.bind(sightings, at: 6)
        try put.run()
    }
}
