import CurlProbing
import LinuxHost
public import Logging
import PrompterCore
import RedisGuarding

/// `prompterd run`: puts the rooms together, and keeps them going until it is told to stop.
public actor Daemon {
    private static let pulseInterval: Duration = .seconds(60)

    let settings: Settings
    let log: Logger
    let notifier = ServiceNotifier()
    let credentials: CredentialReader
    let store: EnduringStore
    private let lock: FileLock
    let client: HTTPClient
    private let redisGuard: RedisGuard?
    let recorder: Recorder
    private let timer: WallTimer
    let runner: Runner
    let herald: Herald
    private let textfile: Textfile?
    let fileThreads = FileThreads()
    /// What the watchlist was read from last, good or bad.
    var watchedFiles: WatchedFiles
    /// `nil` for a single round.
    let lastGood: LastGoodWatchlist?
    /// The watchlist in force as it is to be kept; `nil` where it came from there.
    var copy: WatchlistCopy?
    var looking: Task<Void, Never>?
    /// `nil` where the kernel gives none.
    let folderWatch: FolderWatch?
    private var folderFault: FileError?
    var watchlist: Watchlist
    var state: DaemonState
    /// Why the watchlist on disk is not in force; `nil` where it is.
    var refused: InvalidWatchlist?
    /// The reload that is under way, or was the last.
    var reloading: Task<Void, Never>?
    /// What is wrong with files of headers and authorities, by the last look at them and by the one before.
    var troubles: Set<String> = []
    var toldTroubles: Set<String> = []
    /// What probers that take one another's place know.
    let learnedCalls = LearnedCalls()
    /// Whether a watchlist has been put in force since the start.
    var isInForce = false
    let standOffChanges: StandOffChanges
    private var isStoreFailing = false
    /// The row of the target that was pruned last; `nil` where all are pruned until ``prunedUntil``.
    var prunedRow: Int64?
    var prunedUntil: Int64?
    private var isDistrustDue = false
    /// Whether the watchlist in force is yet to be written into the store, which could not take it.
    var isRegistrationDue = false

    /// Reads the watchlist and opens what the daemon works with.
    ///
    /// - Parameter mayUseLastGoodWatchlist: whether the last good list is put in force where the one on disk is bad.
    public init(
        _ settings: Settings, mayUseLastGoodWatchlist: Bool = true, log: Logger
    ) async throws(DaemonError) {
        self.settings = settings
        self.log = log
        lastGood = mayUseLastGoodWatchlist ? LastGoodWatchlist(beside: settings.database) : nil
        state = DaemonState(start: Moment.now.wall)
        // Before the list is read, so that no edit is missed.
        do {
            folderWatch = try FolderWatch(settings.watchlist)
        } catch {
            folderWatch = nil
            folderFault = error
        }
        let file = WatchlistFile(settings.watchlist, stubsOnly: settings.stubsOnly)
        let reading = await file.reading()
        watchedFiles = reading.files
        do {
            watchlist = try reading.result.get()
            copy = reading.copy
            state.watchlistTaken = state.start
        } catch {
            let kept = await lastGood?.watchlist(of: file, on: fileThreads)
            guard let kept else { throw .invalidWatchlist(error) }
            watchlist = kept.watchlist
            refused = error
            state.isWatchlistValid = false
            state.watchlistTaken = kept.taken
        }
        do {
            lock = try FileLock(settings.database)
        } catch {
            if case .locked = error.problem { throw .locked("\(error)") }
            throw .unusable("\(error)")
        }
        if let lastGood { AtomicFile.removeLeftovers(of: lastGood.path) }
        do {
            store = try await EnduringStore(path: settings.database, watchlist: watchlist, log: log)
        } catch {
            throw .unusable("\(error)")
        }
        do {
            client = try HTTPClient()
        } catch {
            throw .unusable("\(error)")
        }
        redisGuard = settings.redis.map { RedisGuard(url: $0, clock: { Moment.now }) }
        recorder = Recorder(store: store, clock: { Moment.now })
        let timer = WallTimer()
        self.timer = timer
        state.version = Settings.version
        textfile = settings.textfile.map { Textfile($0, settings, log: log) }
        let stub = StubProber(pause: settings.stubPause)
        let probeGuard: any ProbeGuard = redisGuard ?? LocalGuard()
        let standOffChanges = StandOffChanges()
        self.standOffChanges = standOffChanges
        let runner = Runner(
            Runner.Parts(
                probeGuard: probeGuard, recorder: recorder, clock: { Moment.now },
                keep: { standOffChanges.add($0) }, log: log
            ) { timer.arm(at: $0) },
            Scheduler(mayCall: settings.mayCall), probers: Probers(stub: stub, live: stub))
        self.runner = runner
        credentials = CredentialReader(environment: settings.environment, threads: fileThreads, log: log) {
            await runner.rekey($0)
        }
        herald = Self.makeHerald(
            settings, store, client, probeGuard, on: fileThreads, changed: { await runner.noteChange() }, log: log)
        await herald.learn(watchlist)
    }

    /// Runs until SIGTERM or SIGINT, or, `once`, until every target's current slot has been seen to.
    ///
    /// - Throws: ``DaemonError/unrecorded(_:)`` where the store could not take everything, and, `once`,
    ///   ``DaemonError/failedTargets(_:)``.
    public func run(once: Bool) async throws(DaemonError) {
        let signals = await Signals()
        let pulse = Pulse(every: pulseInterval)
        await putInForce(spread: once ? .zero : Timetable.longestSpread)
        if !settings.mayCall { log.notice("probes are disabled: only what other instances observe is recorded") }
        // Before the timer's first tick, which would take targets out of the round.
        if once { await runner.beginRound() }
        // Not cancelled with the others: what was committed last is counted and told too.
        let telling = Task { for await outcome in recorder.outcomes { await take(outcome) } }
        let keeping = Task { await keepStandOffs() }
        await withTaskGroup { group in
            group.addTask { await self.recorder.run() }
            // Apart, so that no tick waits for a textfile.
            let (writes, written) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
            group.addTask {
                for await _ in self.timer.ticks {
                    await self.runner.tick()
                    written.yield()
                }
            }
            group.addTask { for await _ in writes { await self.writeTextfile(isForced: false) } }
            group.addTask { for await _ in pulse.beats { await self.beat() } }
            // Where nobody is called nobody is told either: what is pending stays so.
            if !settings.stubsOnly { group.addTask { await self.herald.run() } }
            if let redisGuard { group.addTask { for await report in redisGuard.changes { await self.tell(report) } } }
            herald.wake()
            await writeTextfile(isForced: true)
            await begin()
            await untilStopped(once: once, signals)
            await stop(once: once)
            pulse.cancel()
            timer.cancel()
            signals.cancel()
            folderWatch?.cancel()
            await finishRecording()
            // What was committed last may begin a stand-off, too.
            await telling.value
            standOffChanges.finish()
            // What the store has not taken by now it does not take.
            if !recorder.leftover().isEmpty { keeping.cancel() }
            // What a single round made known is told before its end.
            if once, !settings.stubsOnly { await herald.finish(within: Self.stopTime) }
            await redisGuard?.shutdown()
            group.cancelAll()
        }
        looking?.cancel()
        await reloading?.value
        await keeping.value
        try await end(once: once)
    }

    var pulseInterval: Duration {
        min(Self.pulseInterval, notifier.watchdogInterval.map { $0 / 3 } ?? Self.pulseInterval)
    }

    private func begin() async {
        notifier.ready()
        await showStatus()
        let view = await runner.view
        log.notice(
            "watching \(CountText.format(watchlist.watches.count, "watch", "watches")) with \(CountText.format(view.counts.targetCount, "target", "targets")), \(view.workers) workers; database \(SafeText(settings.database))\(settings.textfile.map { ", textfile \(SafeText($0))" } ?? "")"
        )
        tell(folderFault ?? folderWatch?.fault)
        if let refused { say(refused, inForce: "the last good one is in force") }
        if watchlist.watches.count > settings.mostWatchSeries {
            log.warning(
                "\(watchlist.watches.count - settings.mostWatchSeries) watches get no series of their own: the limit is \(settings.mostWatchSeries) (--watch-series)"
            )
        }
    }

    private func untilStopped(once: Bool, _ signals: Signals) async {
        await withTaskGroup { group in
            group.addTask {
                for await request in signals.requests {
                    switch request {
                    case .terminate: return await self.runner.leaveRound()
                    case .reload: await self.reload(isAsked: true)
                    }
                }
            }
            if once {
                group.addTask { await self.runner.finishRound() }
            } else if let folderWatch {
                group.addTask { await self.followEdits(folderWatch) }
            }
            await group.next()
            group.cancelAll()
        }
    }

    private func followEdits(_ folderWatch: FolderWatch) async {
        for await _ in folderWatch.changes {
            if folderWatch.fault != folderFault { tell(folderWatch.fault) }
            await reload(isAsked: false)
        }
    }

    private func tell(_ fault: FileError?) {
        folderFault = fault
        guard let fault else { return }
        log.warning("edits of the watchlist and of key files are noticed once a minute, not at once: \(fault)")
    }

    // MARK: what wakes it

    /// Once a minute: the clock is looked after, the textfile is kept fresh, the watchdog fed if all is well.
    private func beat() async {
        if await runner.pulse() {
            isDistrustDue = true
        }
        if isDistrustDue { await distrust() }
        if isRegistrationDue { await register() }
        await noticeEndedStandOffs()
        herald.wake()
        await writeTextfile(isForced: true)
        await showStatus()
        await prune()
        look()
        if await runner.isHealthy {
            notifier.watchdog()
        } else {
            log.critical("something that is due does not happen: the watchdog is not fed")
        }
    }

    /// Until it has been done: what was dated by a clock that was ahead would make all that comes look late.
    private func distrust() async {
        do {
            try await store.distrust(after: Moment.now.wall)
            let ahead = await runner.targetsAhead
            await runner.restore(try await store.memory(of: ahead), of: ahead)
            isDistrustDue = false
        } catch {
            log.error("store: what was dated later than now could not be marked, and will be: \(error)")
        }
    }

    private func take(_ outcome: Recorder.Outcome) async {
        switch outcome {
        case .failing: isStoreFailing = true
        case .restored: isStoreFailing = false
        case .committed(let batch):
            await runner.recorded(outcome)
            if batch.contains(where: { !$0.recorded.events.isEmpty }) { herald.wake() }
            return
        }
        await runner.recorded(outcome)
        await showStatus()
    }

    private func tell(_ report: RedisReport) {
        if report.isUp {
            log.notice("redis: connected; slots are shared")
        } else {
            log.warning(
                "redis: \(report.lastError.map(\.description) ?? "gone"); this instance guards alone until it is back")
        }
    }

    // MARK: what it shows

    func showStatus() async {
        let view = await runner.view
        let line = StatusLine(
            watches: watchlist.watches.count, snapshot: view, refused: refused?.errors.first,
            isStoreFailing: isStoreFailing)
        notifier.status(line.text(at: Moment.now.wall))
    }

    func writeTextfile(isForced: Bool) async {
        guard let snapshot = await runner.snapshot(isForced: isForced), let textfile else { return }
        let store = recorder.report
        state.storeCommits = store.commits
        state.storeRows = store.rows
        state.storeErrors = store.errors
        state.storePending = store.pending
        state.deliveries = await herald.counts
        if let report = redisGuard?.report {
            state.isRedisUp = report.isUp
            state.redisErrors = report.errors
        }
        await textfile.write(snapshot, state)
    }
}
