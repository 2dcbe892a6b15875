import CurlProbing
import LinuxHost
import PrompterCore

/// The watchlist and the files it depends on: taken at the start, and again whenever they are edited or somebody asks.
actor ReloadService {
    /// As many errors of a refused list are logged; `prompterd check` shows all.
    private static let mostLoggedErrors = 20

    private let requests: ReloadRequests
    private let components: Components
    private let life: LifeCycle
    private let textfile: TextfileService
    private let maintenance: StoreMaintenance
    private let edits: WatchlistEdits
    private let credentials: CredentialReader
    private let troubles: FileTroubles
    /// `nil` for a single round.
    private let lastGood: LastGoodWatchlist?
    /// What probers that take one another's place know.
    private let variants = CallVariants()
    private(set) var inForce: WatchlistInForce
    /// What the watchlist was read from last, good or bad.
    private var watchedFiles: WatchedFiles
    /// The targets of the list that was put in force last.
    private var known: Set<TargetID> = []
    /// Whether the list in force is yet to be kept for a start that finds a bad one.
    private var isKeepDue = false
    /// Whether what the store knows of the targets could not be read.
    private var isMemoryDue = false
    private let looks: AsyncStream<Void>
    private let looked: AsyncStream<Void>.Continuation
    private let storePatience: Duration

    /// - Parameter storePatience: how long a reload waits for the store: what is known of the targets can be shown later.
    init(
        _ components: Components, _ opened: OpenedWatchlist, _ requests: ReloadRequests, _ life: LifeCycle,
        _ textfile: TextfileService, _ maintenance: StoreMaintenance, storePatience: Duration = .seconds(5)
    ) {
        self.storePatience = storePatience
        self.requests = requests
        (looks, looked) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        self.components = components
        self.life = life
        self.textfile = textfile
        self.maintenance = maintenance
        edits = opened.edits
        lastGood = opened.lastGood
        inForce = opened.inForce
        watchedFiles = opened.files
        let runner = components.runner
        credentials = CredentialReader(
            environment: components.settings.environment, threads: components.fileThreads, log: components.log
        ) { await runner.rekey($0) }
        troubles = FileTroubles(components)
    }

    private struct Slow: Error, CustomStringConvertible {
        let patience: Duration
        var description: String { "no answer within \(DurationText.brief(patience))" }
    }

    // MARK: what it waits for

    /// Reads the watchlist again as often as it is wanted, until its task is cancelled.
    func run() async {
        for await _ in requests.arrivals {
            let asked = requests.take()
            if !asked.isEmpty { life.reloadBegan() }
            await readAgain(isAsked: !asked.isEmpty)
            life.reloadEnded()
            for done in asked { done.open() }
        }
    }

    /// Follows the notices of the kernel until its task is cancelled.
    func followEdits() async {
        await edits.run { requests.noticeEdit() }
    }

    /// Says that a minute has passed, or that the store works again. It never waits.
    nonisolated func look() { looked.yield() }

    /// Looks at the files when it is told to, until its task is cancelled: no notice tells of an edit behind a bind mount, or on
    /// another machine.
    func runLooks() async {
        for await _ in looks { await lookOnce() }
    }

    func lookOnce() async {
        await readMemory()
        if isKeepDue { await keep() }
        if await watchedFiles.haveChanged(on: components.fileThreads) { requests.noticeEdit() }
        await credentials.look(isPulse: true)
    }

    /// Reads what is known of the targets where the store could not tell when the list was put in force.
    private func readMemory() async {
        guard isMemoryDue else { return }
        let targets = inForce.watchlist.targets.map(\.id)
        guard let memory = try? await memory(of: targets) else { return }
        isMemoryDue = false
        variants.add(memory.compactMapValues(\.learned))
        await components.runner.restore(memory, of: targets)
    }

    private func memory(of targets: [TargetID]) async throws -> [TargetID: TargetMemory] {
        let memory = try await Gate.result(within: storePatience) { [store = components.store] in
            try await store.memory(of: targets)
        }
        guard let memory else { throw Slow(patience: storePatience) }
        return memory
    }

    // MARK: what it does

    /// Puts the first watchlist in force.
    func start(spread: Duration) async {
        var standOffs: [StandOff.Kept] = []
        do {
            let kept = try await Gate.result(within: storePatience) { [store = components.store] in
                try await store.standOffs()
            }
            guard let kept else { throw Slow(patience: storePatience) }
            standOffs = kept
            await maintenance.wrote(standOffs)
        } catch {
            components.log.error(
                .storeFailing, "store: stand-offs from before the restart could not be read: \(error)")
        }
        await putInForce(spread: spread, standOffs: standOffs)
    }

    /// Says what the daemon begins with.
    func announce() {
        edits.tellFault()
        if let refused = inForce.refused { say(refused, inForce: "the last good one is in force") }
    }

    /// A bad list changes nothing; one that says the same as that in force neither, where nobody asked.
    private func readAgain(isAsked: Bool) async {
        let reading = await WatchlistFile(components.settings.watchlist, stubsOnly: components.settings.stubsOnly)
            .reading()
        guard !life.isStopping else { return }
        watchedFiles = reading.files
        await follow()
        await credentials.look(isPulse: false)
        let new: Watchlist
        do {
            new = try reading.result.get()
        } catch {
            guard isAsked || error != inForce.refused else {
                return components.log.debug(.detail, "the watchlist was written again and is still refused")
            }
            return await refuse(error)
        }
        let difference = WatchlistDifference(from: inForce.watchlist, to: new)
        if !isAsked, inForce.refused == nil, difference.isEmpty, new.providers == inForce.watchlist.providers {
            await troubles.readAuthorities(of: new)
            return components.log.debug(.detail, "the watchlist was written again without a change")
        }
        if !isAsked { life.reloadBegan() }
        inForce = WatchlistInForce(watchlist: new, copy: reading.copy, taken: Moment.now.wall)
        await register()
        await putInForce(spread: Timetable.longestSpread)
        await textfile.refresh()
        guard !life.isStopping else { return }
        components.log.notice(.watchlistReloaded, "watchlist reloaded: \(difference.text)")
    }

    private func refuse(_ invalid: InvalidWatchlist) async {
        inForce.refused = invalid
        await textfile.show(inForce)
        await textfile.refresh()
        say(invalid, inForce: "the previous one stays in force")
    }

    /// Tells what is wrong with the list on disk.
    private func say(_ invalid: InvalidWatchlist, inForce: String) {
        for error in invalid.errors.prefix(Self.mostLoggedErrors) {
            components.log.error(.watchlistRefused, "\(error)")
        }
        let more = invalid.errors.count - Self.mostLoggedErrors
        components.log.error(
            .watchlistRefused, "watchlist refused: \(inForce)\(more > 0 ? " (\(more) more errors)" : "")")
    }

    /// Has the list in force written into the store. Until that is done, deliveries to the webhooks of the one before are still made.
    private func register() async {
        await components.dispatcher.learn(inForce.watchlist)
        components.recorder.register(inForce.watchlist)
    }

    private func putInForce(spread: Duration, standOffs: [StandOff.Kept] = []) async {
        let watchlist = inForce.watchlist
        let targets = watchlist.targets.map(\.id)
        let new = targets.filter { !known.contains($0) }
        known = Set(targets)
        var memory: [TargetID: TargetMemory] = [:]
        do {
            memory = try await self.memory(of: new)
        } catch {
            isMemoryDue = true
            components.log.error(.storeFailing, "store: the state of the targets could not be read: \(error)")
        }
        variants.add(memory.compactMapValues(\.learned))
        await credentials.replace(with: watchlist.providers.values)
        await troubles.look(at: watchlist)
        await follow()
        await keep()
        await components.runner.replace(
            with: ScheduledWatchlist(
                watchlist, workers: components.settings.workers, memory: memory, standOffs: standOffs, spread: spread),
            probers: probers())
        await textfile.show(inForce)
    }

    private func probers() -> Probers {
        let live = LiveProber(
            client: components.client, calls: variants,
            mayGoOn: { [runner = components.runner] in await runner.mayGoOn($0) },
            keys: { [credentials] provider, isRefused throws(ProbeFailure) in
                try await credentials.credential(of: provider, isRefused: isRefused)
            })
        return Probers(stub: StubProber(pause: components.settings.stubPause), live: live)
    }

    /// Has edits noticed of the files that the list on disk needs, and of the keys of the one in force.
    private func follow() async {
        edits.follow(watchedFiles.paths.union(await credentials.paths))
    }

    /// Keeps the list in force for a start that finds a bad one, and tries until it is done.
    private func keep() async {
        guard let lastGood, let copy = inForce.copy else { return }
        do {
            try await lastGood.keep(copy, at: inForce.taken, on: components.fileThreads)
            if isKeepDue {
                components.log.notice(.fallbackSaved, "the watchlist is saved as the fallback again")
            }
            isKeepDue = false
        } catch {
            if !isKeepDue {
                components.log.warning(
                    .fallbackUnsaved,
                    "the watchlist could not be saved as the fallback for a start with an invalid one: \(error)")
            }
            isKeepDue = true
        }
    }
}
