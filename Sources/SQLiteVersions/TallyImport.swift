import GRDB
import PrompterCore

/// Adds imported sightings to tallies, so that the same ones added again change nothing.
struct TallyImport {
    /// A version's sightings in a day.
    struct Tally: Equatable {
        var first, last: Timestamp
        var sightings: Int64
        /// No two that follow one another are further apart, in milliseconds; `nil` where that is not known.
        var longestGap: Int64?

        /// The sightings of both: where they overlap no gap is longer than theirs, else the one between them may be.
        func spanning(_ other: Tally, sightings: Int64) -> Tally {
            let between = (max(first, other.first) - min(last, other.last)).milliseconds
            let gaps = longestGap.flatMap { own in other.longestGap.map { max(own, $0, between) } }
            return Tally(
                first: min(first, other.first), last: max(last, other.last), sightings: sightings, longestGap: gaps)
        }
    }

    private let find, put, count: PreparedStatement

    init(on database: Database) throws {
        find = try PreparedStatement(
            """
            SELECT first_at, last_at, sightings, longest_gap_ms FROM tallies
            WHERE target_id = ?1 AND day = ?2 AND version_id = ?3
            """, on: database)
        put = try PreparedStatement(
            """
            INSERT OR REPLACE INTO tallies (target_id, day, version_id, first_at, last_at, sightings, longest_gap_ms)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
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
        let one = Tally(first: time, last: time, sightings: 1, longestGap: 0)
        try put(target, version, known.map { $0.spanning(one, sightings: $0.sightings + 1) } ?? one)
        return true
    }

    /// Takes over a tally of elsewhere. Where the observations that it counts are still here, nothing is to be done.
    ///
    /// - Parameter isOfNewTarget: whether nothing was known of the target: the tally then counts none that are here.
    /// - Returns: how many sightings were not known.
    func merge(target: Int64, version: Int64, _ tally: Tally, isOfNewTarget: Bool) throws -> Int64 {
        count.bind(target, at: 1)
        count.bind(tally.first, at: 2)
        count.bind(tally.last, at: 3)
        count.bind(version, at: 4)
        _ = try count.step()
        let here = count.integer(at: 0)
        count.reset()
        guard isOfNewTarget || here < tally.sightings else { return 0 }
        guard let known = try known(target, version, day: ExchangeRow.day(of: tally.first)) else {
            try put(target, version, tally)
            return tally.sightings
        }
        let merged = known.spanning(tally, sightings: max(known.sightings, tally.sightings))
        // What was told of the same sightings before stays as it was told.
        guard (merged.first, merged.last, merged.sightings) != (known.first, known.last, known.sightings) else {
            return 0
        }
        try put(target, version, merged)
        return merged.sightings - known.sightings
    }

    private func known(_ target: Int64, _ version: Int64, day: Int64) throws -> Tally? {
        find.bind(target, at: 1)
        find.bind(day, at: 2)
        find.bind(version, at: 3)
        guard try find.step() else { return nil }
        defer { find.reset() }
        return Tally(
            first: Timestamp(milliseconds: find.integer(at: 0)), last: Timestamp(milliseconds: find.integer(at: 1)),
            sightings: find.integer(at: 2), longestGap: find.optionalInteger(at: 3))
    }

    private func put(_ target: Int64, _ version: Int64, _ tally: Tally) throws {
        put.bind(target, at: 1)
        put.bind(ExchangeRow.day(of: tally.first), at: 2)
        put.bind(version, at: 3)
        put.bind(tally.first, at: 4)
        put.bind(tally.last, at: 5)
        put.bind(tally.sightings, at: 6)
        put.bind(tally.longestGap, at: 7)
        try put.run()
    }
}
