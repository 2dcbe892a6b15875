import CurlProbing
public import LinuxHost
import PrompterCore
import RedisGuarding

/// `prompterd run`: leads the daemon through its life, from the start to the last textfile.
///
/// What is done beside one another is done by services, each a task that ends when it is cancelled. None of them is waited for at a
/// stop without a time limit.
public struct Supervisor: Sendable {
    /// What a stop may take, from the request on: 16 s in all, whatever hangs.
    private struct StopTime: Sendable {
        /// How long probes and deliveries in flight may go on.
        static let flights: Duration = .seconds(10)
        /// Until when the store may take what they brought.
        static let recording: Duration = .seconds(12)
        /// Until when the last acts may take.
        static let all: Duration = .seconds(15)
        /// What each of them gets in any case.
        private static let least: Duration = .milliseconds(250)

        /// When it was asked for.
        let begin = Moment.now.uptime

        func left(of time: Duration) -> Duration { max(begin + time - Moment.now.uptime, Self.least) }
    }

    private static let longestPulse: Duration = .seconds(60)
    /// How long the start waits for the textfile, and for the API: what hangs keeps nobody from watching.
    private static let firstPatience: Duration = .seconds(5)
    /// How long a single round waits for a disk that is full or hangs before it begins; whoever runs it wants an answer.
    private static let roundPatience: Duration = .seconds(15)

    private let settings: Settings
    private let log: Log

    public init(_ settings: Settings, log: Log) {
        self.settings = settings
        self.log = log
    }

    /// Runs until SIGTERM or SIGINT, or, `once`, until every target's current slot has been seen to.
    ///
    /// - Throws: ``DaemonError``: ``DaemonError/unrecorded(_:)`` where the store could not take everything, and, `once`,
    ///   ``DaemonError/unavailable(_:)`` and ``DaemonError/failedTargets(_:)``.
    public func run(once: Bool) async throws(DaemonError) {
        let life = LifeCycle(ServiceNotifier())
        let stop = Gate()
        let reloads = ReloadRequests()
        // On a thread of its own, so that nothing keeps a stop waiting.
        let signals = await Signals { request in
            switch request {
            case .terminate:
                life.stop()
                stop.open()
            case .reload: reloads.ask()
            }
        }
        defer { signals.cancel() }
        log.debug(.detail, "starting")
        let opening = Task { () -> Result<(Components, OpenedWatchlist), DaemonError> in
            do throws(DaemonError) {
                let opened = try await OpenedWatchlist(settings, mayUseLastGood: !once, log: log)
                let components = try await Components(
                    settings, opened.inForce.watchlist, patience: once ? Self.roundPatience : nil, log: log)
                if let lastGood = opened.lastGood { AtomicFile.removeLeftovers(of: lastGood.path) }
                return .success((components, opened))
            } catch {
                return .failure(error)
            }
        }
        await Gate.any(stop, .after { _ = await opening.value }).wait()
        guard !stop.isOpen else { return log.notice(.stopped, "stopped before startup was complete") }
        let (components, opened) = try await opening.value.get()
        let textfile = TextfileService(components)
        let maintenance = StoreMaintenance(components, pulseInterval: pulseInterval(components))
        let reloading = ReloadService(components, opened, reloads, life, textfile, maintenance)
        let api = settings.listen.map { APIService($0, components, reloading, reloads, textfile, life) }
        let services = await start(components, reloading, textfile, maintenance, life, api, once: once, stop)
        await stop.wait()
        let time = StopTime()
        life.stop()
        log.notice(.stopped, "stopping")
        await finish(components, services, time, once: once)
        // First of the last acts, since nothing else tells of these.
        let leftover = components.recorder.leftover()
        let unrecorded =
            leftover.isEmpty
            ? nil
            : await Unrecorded(leftover).keep(
                beside: settings.database, within: time.left(of: StopTime.all), log)
        let lost = [unrecorded, Unrecorded.text(of: components.recorder.waiting)].compactMap(\.self)
        if once { await Gate.after { await maintenance.prune() }.wait(atMost: time.left(of: StopTime.recording)) }
        await Gate.after { await textfile.end() }.wait(atMost: time.left(of: StopTime.all))
        await close(components, api, time)
        guard lost.isEmpty else { throw .unrecorded(lost.joined(separator: "; ")) }
        log.notice(.stopped, "stopped")
        HostLog.flush()
        let failed = await components.runner.failedTargets
        if once, failed > 0 { throw .failedTargets(failed) }
    }

    // MARK: start

    /// Puts the watchlist in force and starts the services.
    ///
    /// - Returns: their tasks.
    private func start(
        _ components: Components, _ reloading: ReloadService, _ textfile: TextfileService,
        _ maintenance: StoreMaintenance,
        _ life: LifeCycle, _ api: APIService?, once: Bool, _ stop: Gate
    ) async -> [Task<Void, Never>] {
        // These two end by themselves, with the recorder.
        var services = [
            Task { await components.recorder.run() },
            Task { await tellOutcomes(components, reloading, textfile, maintenance) },
        ]
        let starting = Gate.after {
            await reloading.start(spread: once ? .zero : Timetable.longestSpread)
            // Before the timer's first tick, which would take targets out of the round.
            if once { await components.runner.beginRound() }
        }
        await Gate.any(starting, stop).wait()
        guard !stop.isOpen else { return services }
        if !settings.mayCall {
            log.notice(
                .probesDisabled,
                settings.redis == nil
                    ? "probes are disabled and no Redis is set; nothing will be recorded"
                    : "probes are disabled; only what other instances observe is recorded")
        }
        services += [
            Task {
                for await _ in components.timer.ticks {
                    if await components.runner.tick() { textfile.wake() }
                }
            },
            Task { await pulse(components, reloading, textfile, maintenance) },
            Task { await textfile.run() }, Task { await maintenance.run() }, Task { await reloading.run() },
            Task { await reloading.runLooks() },
        ]
        // Where nobody is called nobody is told either: what is pending stays so.
        if !settings.stubsOnly { services.append(Task { await components.dispatcher.run() }) }
        if let redisGuard = components.redisGuard {
            services.append(Task { for await report in redisGuard.changes { tell(report) } })
        }
        components.dispatcher.wake()
        await Gate.any(stop, .after { await textfile.write(isForced: true) }).wait(atMost: Self.firstPatience)
        if let api, !once {
            // Whoever is started after this service finds the API.
            let tried = Gate()
            services.append(Task { await api.start(tried) })
            await Gate.any(stop, tried).wait(atMost: Self.firstPatience)
        }
        life.started()
        await textfile.showStatus()
        await announce(components, reloading)
        services.append(
            Task {
                if once {
                    await components.runner.finishRound()
                    stop.open()
                } else {
                    await reloading.followEdits()
                }
            })
        return services
    }

    private func announce(_ components: Components, _ reloading: ReloadService) async {
        let view = await components.runner.view
        let watches = await reloading.inForce.watchlist.watches.count
        log.notice(
            .started,
            "watching \(CountText.format(watches, "watch", "watches")) with \(CountText.format(view.counts.targetCount, "target", "targets")), \(view.workers) workers; database \(SafeText(settings.database))\(settings.textfile.map { ", textfile \(SafeText($0))" } ?? "")"
        )
        await reloading.announce()
        guard watches > settings.mostWatchSeries else { return }
        log.warning(
            .seriesLimited,
            "\(watches - settings.mostWatchSeries) watches get no series of their own: the limit is \(settings.mostWatchSeries) (--watch-series)"
        )
    }

    private func pulseInterval(_ components: Components) -> Duration {
        min(Self.longestPulse, components.notifier.watchdogInterval.map { $0 / 3 } ?? Self.longestPulse)
    }

    // MARK: services

    /// Once a minute: the watchdog is fed if the scheduler works, before anything else; the others do their work by themselves.
    private func pulse(
        _ components: Components, _ reloading: ReloadService, _ textfile: TextfileService,
        _ maintenance: StoreMaintenance
    ) async {
        let pulse = Pulse(every: pulseInterval(components))
        // After a pause of the machine calls are past their time until the first look: only the second counts.
        var wasHealthy = true
        for await _ in pulse.beats {
            await components.runner.pulse()
            let isHealthy = await components.runner.isHealthy
            if isHealthy {
                components.notifier.watchdog()
            } else if !wasHealthy {
                log.critical(.schedulerStalled, "scheduler stalled; watchdog ping withheld")
            }
            wasHealthy = isHealthy
            maintenance.pulse()
            components.dispatcher.wake()
            reloading.look()
            textfile.pulse()
        }
        pulse.cancel()
    }

    /// Counts and tells what was committed. It ends with the recorder, so that what was committed last is told, too.
    private func tellOutcomes(
        _ components: Components, _ reloading: ReloadService, _ textfile: TextfileService,
        _ maintenance: StoreMaintenance
    ) async {
        for await outcome in components.recorder.outcomes {
            if case .committed(let commit) = outcome, commit.findings.contains(where: { !$0.recorded.events.isEmpty }) {
                components.dispatcher.wake()
            }
            await components.runner.recorded(outcome)
            switch outcome {
            case .committed(let commit):
                if let watchlist = commit.watchlist { await components.dispatcher.forgetOthers(than: watchlist) }
                await maintenance.take(commit)
            case .failing: await textfile.show(isStoreFailing: true)
            case .restored:
                await textfile.show(isStoreFailing: false)
                reloading.look()
            }
        }
    }

    private func tell(_ report: RedisReport) {
        if report.isUp {
            log.notice(.redisUp, "redis: connected; slots are shared")
        } else {
            log.warning(
                .redisDown,
                "redis: \(report.lastError.map(\.description) ?? "gone"); this instance guards its slots alone until Redis is back"
            )
        }
    }

    // MARK: stop

    /// Lets what is in flight end and be recorded, for as long as it may take.
    private func finish(
        _ components: Components, _ services: [Task<Void, Never>], _ time: StopTime, once: Bool
    ) async {
        await components.runner.leaveRound()
        async let told: Void = once ? () : components.dispatcher.stop(within: StopTime.flights)
        await components.runner.stop(within: StopTime.flights)
        await told
        components.timer.cancel()
        if once, !settings.stubsOnly {
            // What a round made known is told before its end.
            await Gate.after { await components.recorder.flush() }.wait(atMost: time.left(of: StopTime.recording))
            await components.dispatcher.finish(within: time.left(of: StopTime.recording))
        }
        components.recorder.finish()
        let recorded = Gate.after { await components.recorder.waitUntilEnded() }
        if await !recorded.wait(atMost: time.left(of: StopTime.recording)) {
            components.recorder.giveUp()
            await recorded.wait(atMost: time.left(of: StopTime.recording))
        }
        if recorded.isOpen {
            // What was committed last is counted and told.
            await Gate.after { for service in services.prefix(2) { await service.value } }
                .wait(atMost: time.left(of: StopTime.all))
        }
        for service in services { service.cancel() }
    }

    private func close(_ components: Components, _ api: APIService?, _ time: StopTime) async {
        if let api { await Gate.after { await api.stop() }.wait(atMost: time.left(of: StopTime.all)) }
        if let redisGuard = components.redisGuard {
            await Gate.after { await redisGuard.shutdown() }.wait(atMost: time.left(of: StopTime.all))
        }
        components.client.shutdown()
        await Gate.after { await components.store.close() }.wait(atMost: time.left(of: StopTime.all))
    }
}
