import LinuxHost
import PrompterCore

/// Looks after the store beside the recorder, once a pulse: what is older than the retention, what
/// others changed in it, and what is known of targets after a clock that was set back.
actor StoreMaintenance {
    private static let day: Int64 = 86_400_000

    private let components: Components
    private let pulseInterval: Duration
    /// The row of the target that was pruned last; `nil` where all are pruned until ``prunedUntil``.
    private var prunedRow: Int64?
    private var prunedUntil: Int64?
    /// The stand-offs that the store has, by their scopes.
    private var written: Set<StandOff.Scope> = []
    /// Whether what is shown of targets may be dated later than now.
    private var isRestoreDue = false
    private let pulses: AsyncStream<Void>
    private let pulsed: AsyncStream<Void>.Continuation

    init(_ components: Components, pulseInterval: Duration) {
        self.components = components
        self.pulseInterval = pulseInterval
        (pulses, pulsed) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Says that a minute has passed. It never waits.
    nonisolated func pulse() { pulsed.yield() }

    /// Does its work until its task is cancelled.
    func run() async {
        for await _ in pulses {
            await restoreWhatIsAhead()
            await noticeEndedStandOffs()
            await prune()
        }
    }

    /// Takes note of what was committed. It waits for no store.
    func take(_ commit: Recorder.Commit) {
        wrote(commit.standOffs)
        guard commit.isClockSetBack else { return }
        isRestoreDue = true
        pulse()
    }

    /// Takes note that `standOffs` stand in the store as they are.
    func wrote(_ standOffs: [StandOff.Kept]) {
        for standOff in standOffs {
            if standOff.end == nil { written.remove(standOff.scope) } else { written.insert(standOff.scope) }
        }
    }

    /// Shows targets as the store knows them once what is dated later than now was marked there, and tries until it is done.
    private func restoreWhatIsAhead() async {
        guard isRestoreDue else { return }
        let ahead = await components.runner.targetsAhead
        guard let memory = try? await components.store.memory(of: ahead) else { return }
        isRestoreDue = false
        await components.runner.restore(memory, of: ahead)
    }

    /// Notices what a probe by hand, which was answered, ended in the store: one call tries.
    private func noticeEndedStandOffs() async {
        guard !written.isEmpty, let kept = try? await components.store.standOffs() else { return }
        let ended = written.subtracting(kept.map(\.scope))
        written.subtract(ended)
        if !ended.isEmpty { await components.runner.recheck(ended) }
    }

    /// Folds observations that are older than the retention into daily tallies, and drops rows that nobody needs, in small steps between which the recorder has
    /// its turn: until none is left, for half the time to the next pulse at most. Whole days, so that a tally is of a whole day;
    /// once a day's are folded there is nothing to do until the next.
    func prune() async {
        let now = Moment.now
        let cutoff = (now.wall - components.settings.retention).milliseconds / Self.day * Self.day
        if prunedUntil != cutoff { (prunedUntil, prunedRow) = (cutoff, 0) }
        let end = now.uptime + pulseInterval / 2
        while let row = prunedRow, Moment.now.uptime < end, !Task.isCancelled {
            do {
                prunedRow = try await components.store.prune(
                    before: Timestamp(milliseconds: cutoff), after: row, at: now.wall)
            } catch {
                // The recorder tells of a store that fails.
                return components.log.debug(.detail, "store: nothing was pruned: \(error)")
            }
        }
    }
}
