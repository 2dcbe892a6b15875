import LinuxHost
import PrompterCore
import PrompterDaemon
import SQLiteVersions

/// Scheduler, guard, prober and database, put together within this process as the daemon does it.
struct Engine {
    let runner: Runner
    let recorder: Recorder
    private let store: SQLiteVersionStore
    private let recording: Task<Void, Never>
    private let telling: Task<Void, Never>

    /// Puts `list` in force, with a new database in `folder`.
    ///
    /// - Parameters:
    ///   - spread: over how long the first probes are spread.
    ///   - arm: sets the timer.
    ///   - committed: is told of each commit before the scheduler is.
    init(
        _ list: Watchlist, workers: Int, prober: any Prober = StubProber(), probeGuard: any ProbeGuard = LocalGuard(),
        spread: Duration, in folder: String, clock: @escaping @Sendable () -> Moment = { Moment.now },
        arm: @escaping @Sendable (Timestamp?) -> Void = { _ in },
        committed: @escaping @Sendable (Recorder.Commit) -> Void = { _ in }
    ) async throws {
        let store = try SQLiteVersionStore(path: "\(folder)/bench.db")
        try await store.register(list, at: clock().wall)
        let recorder = Recorder(store: store, clock: clock)
        let probers = Probers(stub: prober, live: prober)
        let runner = Runner(
            Runner.Parts(probeGuard: probeGuard, recorder: recorder, clock: clock, log: .silent, arm: arm),
            probers: probers)
        await runner.replace(with: ScheduledWatchlist(list, workers: workers, spread: spread), probers: probers)
        recording = Task { await recorder.run() }
        telling = Task {
            for await outcome in recorder.outcomes {
                if case .committed(let commit) = outcome { committed(commit) }
                await runner.recorded(outcome)
            }
        }
        (self.store, self.recorder, self.runner) = (store, recorder, runner)
    }

    /// Waits until everything is committed and told.
    func finish() async {
        recorder.finish()
        await recording.value
        await telling.value
    }

    func close() async { await store.close() }
}
