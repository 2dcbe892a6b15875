import LinuxHost
import Logging
import PrompterCore

/// What is older than the retention.
extension Daemon {
    /// As many steps are taken with each pulse: in between the recorder has its turn.
    private static let steps = 20
    private static let day: Int64 = 86_400_000

    /// Folds a few of the observations that are older than the retention into daily tallies. Whole days, so that a tally is
    /// of a whole day.
    func prune() async {
        let now = Moment.now.wall
        let cutoff = (now - settings.retention).milliseconds / Self.day * Self.day
        for _ in 0..<Self.steps {
            do {
                prunedRow = try await store.prune(
                    before: Timestamp(milliseconds: cutoff), after: prunedRow ?? 0, at: now)
            } catch {
                // The recorder tells of a store that fails.
                return log.debug("store: nothing was pruned: \(error)")
            }
            if prunedRow == nil { return }
        }
    }
}
