import CurlProbing
import LinuxHost
import PrompterCore
import RedisGuarding

/// What the daemon works with: each owns one part of the outside world.
struct Components: Sendable {
    let settings: Settings
    let log: Log
    let notifier = ServiceNotifier()
    let fileThreads = FileThreads()
    /// Held for as long as the daemon runs.
    let lock: FileLock
    let store: RecoveringStore
    let client: HTTPClient
    let redisGuard: RedisGuard?
    let timer: WallTimer
    let recorder: Recorder
    let runner: Runner
    let dispatcher: WebhookDispatcher

    /// Opens them for `watchlist`.
    ///
    /// - Parameter patience: how long a disk that is full or hangs is waited for; `nil` for as long as it takes.
    /// - Throws: ``DaemonError/locked(_:)`` or ``DaemonError/unusable(_:)``, where waiting would not help, or
    ///   ``DaemonError/unavailable(_:)`` after `patience`.
    init(
        _ settings: Settings, _ watchlist: Watchlist, patience: Duration? = nil, log: Log
    ) async throws(DaemonError) {
        self.settings = settings
        self.log = log
        lock = try await Self.lock(settings.database, on: fileThreads, patience: patience, log: log)
        do {
            store = try await RecoveringStore(path: settings.database, watchlist: watchlist, log: log)
        } catch {
            throw .unusable("\(error)")
        }
        do {
            client = try HTTPClient(userAgent: Settings.userAgent)
        } catch {
            throw .unusable("\(error)")
        }
        redisGuard = settings.redis.map { RedisGuard(url: $0, clock: { Moment.now }) }
        let probeGuard: any ProbeGuard = redisGuard ?? LocalGuard()
        let timer = WallTimer()
        self.timer = timer
        recorder = Recorder(store: store, clock: { Moment.now })
        // What the store could not take is handed in again, and is missed at the end if it never can.
        if await !store.isOpen { recorder.register(watchlist) }
        let stub = StubProber(pause: settings.stubPause)
        let runner = Runner(
            Runner.Parts(
                probeGuard: probeGuard, recorder: recorder, clock: { Moment.now }, log: log
            ) { timer.arm(at: $0) },
            Scheduler(mayCall: settings.mayCall), probers: Probers(stub: stub, live: stub))
        self.runner = runner
        dispatcher = Self.dispatcher(
            settings, store, recorder, client, probeGuard, on: fileThreads, changed: { await runner.noteChange() },
            log: log)
        await dispatcher.learn(watchlist)
    }

    /// Locks `database`; a disk that is full or hangs is waited for.
    private static func lock(
        _ database: String, on threads: FileThreads, patience: Duration?, log: Log
    ) async throws(DaemonError) -> FileLock {
        let begin = Moment.now.uptime
        var isTold = false
        while true {
            do {
                return try await threads.run(on: database) { path throws(FileError) in try FileLock(path) }
            } catch {
                if case .locked = error.problem { throw .locked("\(error)") }
                guard error.mayPass else { throw .unusable("\(error)") }
                if let patience {
                    guard Moment.now.uptime - begin < patience else {
                        throw .unavailable(
                            "\(error); nothing was probed, gave up after \(DurationText.brief(patience))")
                    }
                } else if !isTold {
                    log.error(.databaseUnavailable, "\(error); the start waits for it")
                    isTold = true
                }
            }
            try? await Task.sleep(for: .seconds(1))
        }
    }

    private static func dispatcher(
        _ settings: Settings, _ store: RecoveringStore, _ recorder: Recorder, _ client: HTTPClient,
        _ probeGuard: any ProbeGuard,
        on threads: FileThreads, changed: @escaping @Sendable () async -> Void, log: Log
    ) -> WebhookDispatcher {
        WebhookDispatcher(
            WebhookDispatcher.Parts(
                look: { try await store.dueDeliveries(at: $0, horizon: WebhookDispatcher.horizon, limit: $1) },
                settle: { await recorder.settle($0, $1) },
                secrets: { try await WebhookSecrets(of: $0, on: threads) },
                send: { try await client.send($0) }, probeGuard: probeGuard, clock: { Moment.now }, changed: changed,
                log: log, service: settings.service, environment: settings.environmentName))
    }
}
