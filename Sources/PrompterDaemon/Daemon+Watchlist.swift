import CurlProbing
import LinuxHost
import Logging
import PrompterCore

/// The watchlist: taken at the start, and again whenever it is edited or somebody asks.
extension Daemon {
    /// As many errors of a refused list are logged; `prompterd check` shows all.
    private static let mostLoggedErrors = 20

    /// Reads the watchlist again, after the reload that is under way.
    ///
    /// - Parameter isAsked: whether somebody asked for it, and not an edit.
    func reload(isAsked: Bool) async {
        let earlier = reloading
        let task = Task {
            await earlier?.value
            if isAsked { notifier.reloading() }
            await readAgain(isAsked: isAsked)
            if isAsked { notifier.ready() }
        }
        reloading = task
        await task.value
    }

    /// Looks at the files as they are now: no notice tells of an edit behind a bind mount, or on another machine.
    func look() {
        guard looking == nil else { return }
        looking = Task {
            if await watchedFiles.haveChanged(on: fileThreads), !Task.isCancelled { await reload(isAsked: false) }
            await credentials.look(isPulse: true)
            looking = nil
        }
    }

    /// A bad list changes nothing; one that says the same as that in force neither, where nobody asked.
    func readAgain(isAsked: Bool) async {
        let reading = await WatchlistFile(settings.watchlist, stubsOnly: settings.stubsOnly).reading()
        watchedFiles = reading.files
        await follow()
        await credentials.look(isPulse: false)
        let new: Watchlist
        do {
            new = try reading.result.get()
        } catch {
            guard isAsked || error != refused else {
                log.debug("the watchlist was written, and is refused as before")
                return
            }
            await refuse(error)
            return
        }
        let difference = WatchlistDifference(from: watchlist, to: new)
        if !isAsked, refused == nil, difference.isEmpty, new.providers == watchlist.providers {
            await readAuthorities()
            log.debug("the watchlist was written, and says what it said")
            return
        }
        if !isAsked { notifier.reloading() }
        watchlist = new
        copy = reading.copy
        refused = nil
        state.watchlistTaken = Moment.now.wall
        state.isWatchlistValid = true
        await register()
        await putInForce(spread: Timetable.longestSpread)
        await writeTextfile(isForced: true)
        await showStatus()
        log.notice("watchlist reloaded: \(difference.text)")
        if !isAsked { notifier.ready() }
    }

    func refuse(_ invalid: InvalidWatchlist) async {
        refused = invalid
        state.isWatchlistValid = false
        await writeTextfile(isForced: true)
        await showStatus()
        say(invalid, inForce: "the one before stays in force")
    }

    /// Tells what is wrong with the list on disk.
    func say(_ invalid: InvalidWatchlist, inForce: String) {
        for error in invalid.errors.prefix(Self.mostLoggedErrors) { log.error("\(error)") }
        let more = invalid.errors.count - Self.mostLoggedErrors
        log.error("watchlist refused: \(inForce)\(more > 0 ? " (\(more) more errors)" : "")")
    }

    /// Has edits noticed of the files that the list on disk needs, and of the keys of the one in force.
    private func follow() async {
        folderWatch?.follow(watchedFiles.paths.union(await credentials.paths))
    }

    /// Keeps the list in force for a start that finds a bad one.
    private func keepWatchlist() async {
        guard let lastGood, let copy, let time = state.watchlistTaken else { return }
        do {
            try await lastGood.keep(copy, at: time, on: fileThreads)
        } catch {
            log.warning("the watchlist could not be kept for a start that finds a bad one: \(error)")
        }
    }

    func register() async {
        await herald.learn(watchlist)
        do {
            try await store.register(watchlist, at: Moment.now.wall)
            isRegistrationDue = false
            await herald.forgetOthers(than: watchlist)
        } catch {
            if !isRegistrationDue { log.error("store: the watchlist could not be written: \(error)") }
            isRegistrationDue = true
        }
    }

    func putInForce(spread: Duration) async {
        var memory: [TargetID: TargetMemory] = [:]
        do {
            memory = try await store.memory(of: await runner.unknownTargets(of: watchlist))
        } catch {
            log.error("store: what is known of the targets could not be read: \(error)")
        }
        (toldTroubles, troubles) = (troubles, [])
        learnedCalls.add(memory.compactMapValues(\.learned))
        await credentials.replace(with: watchlist.providers.values)
        let live = LiveProber(
            client: client, calls: learnedCalls, mayGoOn: { [runner] in await runner.mayGoOn($0) },
            keys: { [credentials] provider, isRefused throws(ProbeFailure) in
                try await credentials.credential(of: provider, isRefused: isRefused)
            })
        let standOffs = isInForce ? [] : await keptStandOffs()
        isInForce = true
        await checkHeaderFiles()
        await readAuthorities()
        await follow()
        await keepWatchlist()
        await runner.replace(
            with: ScheduledWatchlist(
                watchlist, workers: settings.workers, memory: memory, standOffs: standOffs, spread: spread),
            probers: Probers(stub: StubProber(pause: settings.stubPause), live: live))
    }

    private func keptStandOffs() async -> [StandOff.Kept] {
        do {
            let kept = try await store.standOffs()
            standOffChanges.wrote(kept)
            return kept
        } catch {
            log.error("store: who is not to be called could not be read: \(error)")
            return []
        }
    }

    /// Keeps stand-offs as they change, so that a restart hammers nobody who asked to be left alone.
    func keepStandOffs() async {
        for await _ in standOffChanges.arrivals {
            do {
                let changes = standOffChanges.take()
                try await store.keep(changes)
                standOffChanges.wrote(changes)
            } catch {
                // The recorder tells of a store that fails. After a restart one probe more finds the stand-off anew.
                log.debug("store: a stand-off could not be kept: \(error)")
            }
        }
    }

    /// Notices what a probe by hand, which was answered, ended in the store: one call tries.
    func noticeEndedStandOffs() async {
        guard standOffChanges.isAnyWritten, let kept = try? await store.standOffs() else { return }
        let ended = standOffChanges.takeEnded(kept: kept)
        if !ended.isEmpty { await runner.recheck(ended) }
    }

    /// Tells what is wrong with a file of headers or authorities, where the look before has not.
    func tell(_ level: Logger.Level, _ trouble: String) {
        troubles.insert(trouble)
        if !toldTroubles.contains(trouble) { log.log(level: level, "\(trouble)") }
    }
}
