import GRDB
import PrompterCore

/// Folds observations that are older than the retention into daily tallies, and drops rows that nobody needs any more: a few at a
/// time, so that nobody waits for it.
struct Pruning {
    private static let day: Int64 = 86_400_000

    private let oldest, boundary, tally, delete, dropCheckpoints, findTargets, mark: PreparedStatement
    private let dropDeliveries, dropStandOffs: PreparedStatement
    private let lives: LifeWriter
    private let now: Timestamp

    init(on database: Database, at now: Timestamp) throws {
        findTargets = try PreparedStatement(
            "SELECT id, identity FROM targets WHERE id > ?1 ORDER BY id LIMIT ?2", on: database)
        oldest = try PreparedStatement(
            "SELECT observed_at FROM observations WHERE target_id = ?1 ORDER BY observed_at LIMIT 1", on: database)
        boundary = try PreparedStatement(
            """
            SELECT observed_at FROM observations WHERE target_id = ?1 AND observed_at < ?2
            ORDER BY observed_at LIMIT 1 OFFSET ?3
            """, on: database)
        tally = try PreparedStatement(
            """
            INSERT INTO tallies (target_id, day, version_id, first_at, last_at, sightings, longest_gap_ms)
            SELECT ?1, day, version_id, min(observed_at), max(observed_at), count(*), max(gap)
            FROM (
                SELECT
                    observed_at / \(Self.day) AS day, version_id, observed_at,
                    observed_at - lag(observed_at, 1, observed_at) OVER (
                        PARTITION BY observed_at / \(Self.day), version_id ORDER BY observed_at) AS gap
                FROM observations WHERE target_id = ?1 AND observed_at < ?2 AND NOT suspect)
            WHERE true GROUP BY day, version_id
            ON CONFLICT DO UPDATE SET
                first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at),
                sightings = sightings + excluded.sightings,
                -- Of two that overlap no gap is longer than theirs, of others the one between them may be.
                longest_gap_ms = max(
                    longest_gap_ms, excluded.longest_gap_ms,
                    max(first_at, excluded.first_at) - min(last_at, excluded.last_at))
            """, on: database)
        delete = try PreparedStatement(
            "DELETE FROM observations WHERE target_id = ?1 AND observed_at < ?2", on: database)
        dropCheckpoints = try PreparedStatement(
            """
            DELETE FROM checkpoints WHERE target_id = ?1 AND observed_at < (
                SELECT max(observed_at) FROM checkpoints WHERE target_id = ?1 AND observed_at < ?2)
            """, on: database)
        mark = try PreparedStatement(
            "UPDATE targets SET pruned_at = max(coalesce(pruned_at, ?2), ?2) WHERE id = ?1", on: database)
        // Deliveries are few, and once a day they are gone through.
        dropDeliveries = try PreparedStatement(
            """
            DELETE FROM deliveries WHERE (event_id, hook) IN (
                SELECT event_id, hook FROM deliveries CROSS JOIN events ON events.id = event_id
                WHERE next_at IS NULL AND coalesce(delivered_at, recorded_at) < ?1 LIMIT ?2)
            """, on: database)
        dropStandOffs = try PreparedStatement(
            """
            DELETE FROM stand_offs WHERE ends_at < ?1 AND CASE target
                WHEN x'' THEN NOT EXISTS (
                    SELECT 1 FROM bindings WHERE provider = stand_offs.provider AND valid_until IS NULL)
                ELSE NOT EXISTS (
                    SELECT 1 FROM targets JOIN bindings ON target_id = targets.id
                    WHERE identity = target AND valid_until IS NULL)
                END
            """, on: database)
        self.now = now
        lives = try LifeWriter(on: database, at: now, events: EventWriter(on: database, at: now))
    }

    /// Goes on behind the target with the row `last`; before the first, it drops the rows that nobody needs.
    ///
    /// - Parameters:
    ///   - most: the most observations and deliveries that are pruned, and the most targets that are looked at.
    /// - Returns: the row after which to go on; `nil` where every target has been seen to.
    func run(before cutoff: Timestamp, after last: Int64, most: Int) throws -> Int64? {
        if last == 0 {
            guard try dropOthers(before: cutoff, most: most) else { return 0 }
        }
        findTargets.bind(last, at: 1)
        findTargets.bind(Int64(most), at: 2)
        var targets: [(row: Int64, id: TargetID)] = []
        while try findTargets.step() {
            if let id = TargetID(findTargets.bytes(at: 1)) { targets.append((findTargets.integer(at: 0), id)) }
        }
        var left = most
        for target in targets {
            let (pruned, isDone) = try prune(target.row, target.id, before: cutoff, most: left)
            left -= pruned
            guard isDone, left > 0 else { return isDone ? target.row : target.row - 1 }
        }
        return targets.count < most ? nil : targets.last?.row
    }

    /// Drops deliveries that ended before `cutoff`, and stand-offs that are over and whose target or provider no watch has any more.
    ///
    /// - Returns: whether none of them is left.
    private func dropOthers(before cutoff: Timestamp, most: Int) throws -> Bool {
        dropStandOffs.bind(now, at: 1)
        try dropStandOffs.run()
        dropDeliveries.bind(cutoff, at: 1)
        dropDeliveries.bind(Int64(most), at: 2)
        return try dropDeliveries.run() < most
    }

    private func prune(_ row: Int64, _ id: TargetID, before cutoff: Timestamp, most: Int) throws -> (Int, isDone: Bool)
    {
        oldest.bind(row, at: 1)
        let hasOld = try oldest.step() && oldest.integer(at: 0) < cutoff.milliseconds
        oldest.reset()
        guard hasOld else { return (0, true) }
        boundary.bind(row, at: 1)
        boundary.bind(cutoff, at: 2)
        boundary.bind(Int64(most), at: 3)
        var end = cutoff
        if try boundary.step() { end = Timestamp(milliseconds: boundary.integer(at: 0)) }
        boundary.reset()
        // One millisecond may hold more than the most: then all of it goes.
        if try oldestTime(row) == end { end = end + .milliseconds(1) }
        try lives.keepCheckpoint(of: id, row: row, before: end)
        for statement in [tally, delete, dropCheckpoints, mark] {
            statement.bind(row, at: 1)
            statement.bind(end, at: 2)
        }
        try tally.run()
        let pruned = try delete.run()
        try dropCheckpoints.run()
        try mark.run()
        return (pruned, end == cutoff)
    }

    private func oldestTime(_ row: Int64) throws -> Timestamp? {
        oldest.bind(row, at: 1)
        defer { oldest.reset() }
        return try oldest.step() ? Timestamp(milliseconds: oldest.integer(at: 0)) : nil
    }
}
