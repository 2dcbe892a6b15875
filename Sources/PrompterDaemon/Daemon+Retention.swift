import LinuxHost
import Logging
import PrompterCore

/// What is older than the retention.
extension Daemon {
    private static let day: Int64 = 86_400_000

    /// Folds observations that are older than the retention into daily tallies, in small steps between which the recorder has
    /// its turn: until none is left, for half the time to the next beat at most. Whole days, so that a tally is of a whole day;
    /// once a day's are folded there is nothing to do until the next.
    func prune() async {
        let now = Moment.now
        let cutoff = (now.wall - settings.retention).milliseconds / Self.day * Self.day
        if prunedUntil != cutoff { (prunedUntil, prunedRow) = (cutoff, 0) }
        let end = now.uptime + pulseInterval / 2
        while let row = prunedRow, Moment.now.uptime < end, !Task.isCancelled {
            do {
                prunedRow = try await store.prune(before: Timestamp(milliseconds: cutoff), after: row, at: now.wall)
            } catch {
                // The recorder tells of a store that fails.
                return log.debug("store: nothing was pruned: \(error)")
            }
        }
    }
}
