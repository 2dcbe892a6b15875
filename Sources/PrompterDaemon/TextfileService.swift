import LinuxHost
import PrompterCore
import RedisGuarding

/// Shows how the daemon is: the textfile for node_exporter and the line for `systemctl status`.
actor TextfileService {
    private let components: Components
    private let texts: MetricsTexts
    private let textfile: Textfile?
    private var state: DaemonState
    private var watches = 0
    private var refused: WatchlistError?
    private var isStoreFailing = false
    /// Whether both are wanted anew, and not only what has changed.
    private let isRefreshDue = Locked(false)
    private let writes: AsyncStream<Void>
    private let wanted: AsyncStream<Void>.Continuation

    init(_ components: Components) {
        self.components = components
        let texts = MetricsTexts(components.settings)
        self.texts = texts
        textfile = components.settings.textfile.map {
            Textfile($0, texts, on: components.fileThreads, log: components.log)
        }
        state = DaemonState(start: Moment.now.wall)
        state.version = Settings.version
        (writes, wanted) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Says that something may have changed. It never waits.
    nonisolated func wake() { wanted.yield() }

    /// Says that a minute has passed. It never waits.
    nonisolated func pulse() {
        isRefreshDue.withLock { $0 = true }
        wake()
    }

    /// Writes what changes, as often as the scheduler lets it, and both once a pulse, until its task is cancelled.
    func run() async {
        for await _ in writes {
            let isRefresh = isRefreshDue.withLock { isDue in
                defer { isDue = false }
                return isDue
            }
            if isRefresh { await refresh() } else { await write(isForced: false) }
        }
    }

    func show(_ inForce: WatchlistInForce) {
        watches = inForce.watchlist.watches.count
        refused = inForce.refused?.errors.first
        state.isWatchlistValid = inForce.refused == nil
        state.watchlistTaken = inForce.taken
    }

    func show(isStoreFailing: Bool) {
        self.isStoreFailing = isStoreFailing
        pulse()
    }

    /// Writes both anew.
    func refresh() async {
        await write(isForced: true)
        await showStatus()
    }

    /// Tells the service manager.
    func showStatus() async {
        let line = StatusLine(
            watches: watches, snapshot: await components.runner.view, refused: refused, isStoreFailing: isStoreFailing)
        components.notifier.status(line.text(at: Moment.now.wall))
    }

    /// Writes the textfile for the last time.
    func end() async {
        state.isUp = false
        await write(isForced: true)
    }

    /// The metrics of now.
    func exposition() async -> [UInt8] {
        await look()
        return await texts.text(of: components.runner.view, state).bytes
    }

    func write(isForced: Bool) async {
        guard let snapshot = await components.runner.snapshot(isForced: isForced), let textfile else { return }
        await look()
        await textfile.write(snapshot, state)
    }

    /// Takes what the others count.
    private func look() async {
        let store = components.recorder.report
        state.storeCommits = store.commits
        state.storeRows = store.rows
        state.storeErrors = store.errors
        state.storePending = store.pending
        state.storeReplacements = await components.store.replacements
        state.deliveries = await components.dispatcher.counts
        if let report = components.redisGuard?.report {
            state.isRedisUp = report.isUp
            state.redisErrors = report.errors
        }
    }
}
