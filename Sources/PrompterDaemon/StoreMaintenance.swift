import LinuxHost
import Logging
import PrompterCore

/// Looks after the store beside the recorder, once a pulse: what is older than the retention, what a clock that was ahead has dated,
/// and what others changed in it.
actor StoreMaintenance {
    private static let day: Int64 = 86_400_000

    private let rooms: Rooms
    private let pulseInterval: Duration
    /// The row of the target that was pruned last; `nil` where all are pruned until ``prunedUntil``.
    private var prunedRow: Int64?
    private var prunedUntil: Int64?
    private let isClockSetBack = Locked(false)
    private let pulses: AsyncStream<Void>
    private let pulsed: AsyncStream<Void>.Continuation

    init(_ rooms: Rooms, pulseInterval: Duration) {
        self.rooms = rooms
        self.pulseInterval = pulseInterval
        (pulses, pulsed) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Says that a minute has passed. It never waits.
    ///
    /// - Parameter isClockSetBack: whether the clock was set far back since the last.
    nonisolated func pulse(isClockSetBack: Bool) {
        if isClockSetBack { self.isClockSetBack.withLock { $0 = true } }
        pulsed.yield()
    }

    /// Does its work until its task is cancelled.
    func run() async {
        for await _ in pulses {
            await markWhatIsAhead()
            await noticeEndedStandOffs()
            await prune()
        }
    }

    /// Keeps stand-offs as they change, so that a restart hammers nobody who asked to be left alone.
    func keepStandOffs() async {
        for await _ in rooms.standOffChanges.arrivals {
            do {
                let changes = rooms.standOffChanges.take()
                try await rooms.store.keep(changes)
                rooms.standOffChanges.wrote(changes)
            } catch {
                // The recorder tells of a store that fails. After a restart one probe more finds the stand-off anew.
                rooms.log.debug("store: a stand-off could not be kept: \(error)")
            }
        }
    }

    /// Until it has been done: what was dated by a clock that was ahead would make all that comes look late.
    private func markWhatIsAhead() async {
        guard isClockSetBack.withLock({ $0 }) else { return }
        do {
            try await rooms.store.distrust(after: Moment.now.wall)
            let ahead = await rooms.runner.targetsAhead
            await rooms.runner.restore(try await rooms.store.memory(of: ahead), of: ahead)
            isClockSetBack.withLock { $0 = false }
        } catch {
            rooms.log.error("store: observations dated in the future are not marked yet; trying again: \(error)")
        }
    }

    /// Notices what a probe by hand, which was answered, ended in the store: one call tries.
    private func noticeEndedStandOffs() async {
        guard rooms.standOffChanges.isAnyWritten, let kept = try? await rooms.store.standOffs() else { return }
        let ended = rooms.standOffChanges.takeEnded(kept: kept)
        if !ended.isEmpty { await rooms.runner.recheck(ended) }
    }

    /// Folds observations that are older than the retention into daily tallies, in small steps between which the recorder has
    /// its turn: until none is left, for half the time to the next pulse at most. Whole days, so that a tally is of a whole day;
    /// once a day's are folded there is nothing to do until the next.
    private func prune() async {
        let now = Moment.now
        let cutoff = (now.wall - rooms.settings.retention).milliseconds / Self.day * Self.day
        if prunedUntil != cutoff { (prunedUntil, prunedRow) = (cutoff, 0) }
        let end = now.uptime + pulseInterval / 2
        while let row = prunedRow, Moment.now.uptime < end, !Task.isCancelled {
            do {
                prunedRow = try await rooms.store.prune(
                    before: Timestamp(milliseconds: cutoff), after: row, at: now.wall)
            } catch {
                // The recorder tells of a store that fails.
                return rooms.log.debug("store: nothing was pruned: \(error)")
            }
        }
    }
}
