import CurlProbing
import LinuxHost
public import PrompterCore
import RedisGuarding
import SQLiteVersions

/// The service layer's ensure-version, once: through scheduler, guard and store, beside a running daemon or without one.
public struct VersionInquiry: Sendable {
    /// What was asked, and what came of it.
    public struct Answer: Sendable {
        public var watch: Watch.Key
        public var reply: Reply
    }

    /// How much longer a question may take than the wait for another instance and a call: guard and store have limits of their own.
    private static let margin: Duration = .seconds(30)

    private let settings: Settings
    private let watchlist: Watchlist
    private let store: SQLiteVersionStore

    public init(_ settings: Settings) async throws(DaemonError) {
        self.settings = settings
        do {
            watchlist = try WatchlistFile(settings.watchlist, stubsOnly: settings.stubsOnly).read()
        } catch {
            throw .invalidWatchlist(error)
        }
        do {
            store = try SQLiteVersionStore(path: settings.database)
        } catch {
            throw .unusable("\(error)")
        }
    }

    /// The watches that `filter` names.
    public func watches(matching filter: WatchFilter) -> [Watch] {
        watchlist.watches.filter { filter.matches($0.key) }
    }

    /// The templates that are watched, for those who misspell one.
    public var templates: Set<String> { Set(watchlist.watches.map(\.key.template)) }

    /// Asks for the version of each of `watches`; those that share a target are answered alike.
    ///
    /// - Parameter isForced: whether to call in any case.
    public func ask(for watches: [Watch], isForced: Bool) async throws(DaemonError) -> [Answer] {
        let client: HTTPClient
        do {
            client = try HTTPClient(userAgent: Settings.userAgent)
        } catch {
            throw .unusable("\(error)")
        }
        client.trust(await AuthorityFiles(of: watchlist).files)
        let redis = settings.redis.map { RedisGuard(url: $0, clock: { Moment.now }) }
        var replies: [TargetID: Reply] = [:]
        do {
            try await store.registerMissing(watches, at: Moment.now.wall)
            for target in watches.map(\.target) where replies[target.id] == nil {
                replies[target.id] = await ask(target, isForced: isForced, client, redis ?? LocalGuard())
            }
        } catch {
            for watch in watches { replies[watch.target.id] = .notMade(.store("\(error)")) }
        }
        await redis?.shutdown()
        client.shutdown()
        await store.close()
        return watches.compactMap { watch in
            replies[watch.target.id].map { Answer(watch: watch.key, reply: $0) }
        }
    }

    private func ask(
        _ target: Target, isForced: Bool, _ client: HTTPClient, _ probeGuard: any ProbeGuard
    ) async -> Reply {
        let memory: TargetMemory?
        let standOffs: [StandOff.Kept]
        do {
            memory = try await store.memory(of: [target.id])[target.id]
            standOffs = try await store.standOffs().filter { $0.scope.concerns(target) }
        } catch {
            return .notMade(.store("\(error)"))
        }
        var credentials: [String: Credential] = [:]
        // Who has no key may still be told what is known.
        var missing: String?
        if !target.provider.isStub {
            do {
                let found = try await CredentialStore(environment: settings.environment)
                    .credential(of: target.provider)
                credentials[target.provider.name] = found.credential
            } catch {
                missing = "\(error)"
                if isForced { return .notMade(.credential("\(error)")) }
            }
        }
        let calls = CallVariants(memory?.learned.map { [target.id: $0] } ?? [:])
        let instance = Instance(
            store, probeGuard, mayCall: settings.mayCall && missing == nil,
            Probers(
                stub: StubProber(pause: settings.stubPause),
                live: LiveProber(client: client, credentials: credentials, calls: calls)))
        let reply = await instance.ask(
            target, isForced: isForced, within: target.timeout * 2 + Self.margin, memory: memory, standOffs: standOffs)
        if let missing, case .notMade(.disabled) = reply { return .notMade(.credential(missing)) }
        return reply
    }
}

/// A short-lived instance: a scheduler without a watchlist, that is asked one question.
private struct Instance: Sendable {
    private let timer: WallTimer
    private let recorder: Recorder
    private let runner: Runner

    init(_ store: SQLiteVersionStore, _ probeGuard: any ProbeGuard, mayCall: Bool, _ probers: Probers) {
        let timer = WallTimer()
        // Longer than the store waits for a lock.
        let recorder = Recorder(store: InquiryStore(store: store), patience: .seconds(20), clock: { Moment.now })
        self.timer = timer
        self.recorder = recorder
        runner = Runner(
            Runner.Parts(
                probeGuard: probeGuard, recorder: recorder, clock: { Moment.now },
                // What it meets is its reply.
                log: .silent
            ) { timer.arm(at: $0) },
            Scheduler(mayCall: mayCall), probers: probers)
    }

    func ask(
        _ target: Target, isForced: Bool, within time: Duration, memory: TargetMemory?, standOffs: [StandOff.Kept]
    ) async -> Reply {
        let recording = Task { await recorder.run() }
        let telling = Task {
            for await outcome in recorder.outcomes {
                // The confirmations that an answer may need are a daemon's.
                if case .committed = outcome { await runner.stop(within: .zero) }
                await runner.recorded(outcome)
            }
        }
        let ticking = Task { for await _ in timer.ticks { await runner.tick() } }
        let reply = await runner.ask(
            target, isForced: isForced, within: time, patience: target.timeout, memory: memory, standOffs: standOffs)
        await runner.stop(within: .zero)
        recorder.finish()
        // What a provider said is the reply, recorded or not.
        recorder.giveUp()
        await recording.value
        await telling.value
        timer.cancel()
        await ticking.value
        return reply
    }
}

/// The store as an inquiry writes into it: what it shows to be over is over for all, but what it met itself keeps nobody from calling.
private struct InquiryStore: VersionStore {
    /// How often a lock is waited for, five seconds each time: what was paid for is worth that.
    private static let mostAttempts = 3

    let store: SQLiteVersionStore

    func write(_ batch: StoreBatch, at now: Timestamp) async throws -> [Recorded] {
        var batch = batch
        batch.standOffs.removeAll { $0.end != nil }
        var attempt = 1
        while true {
            do throws(SQLiteStoreError) {
                return try await store.write(batch, at: now)
            } catch {
                guard error.reason == .locked, attempt < Self.mostAttempts else { throw error }
                attempt += 1
            }
        }
    }

    func memory(of targets: [TargetID]) async throws -> [TargetID: TargetMemory] {
        try await store.memory(of: targets)
    }

    func standOffs() async throws -> [StandOff.Kept] {
        try await store.standOffs()
    }
}
