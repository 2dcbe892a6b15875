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

    /// A bad list changes nothing; one that says the same as that in force neither, where nobody asked.
    func readAgain(isAsked: Bool) async {
        let file = WatchlistFile(settings.watchlist, stubsOnly: settings.stubsOnly)
        let read = await files.run { file.readFollowing() }
        folderWatch?.follow(read.files)
        let new: Watchlist
        do {
            new = try read.result.get()
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
        for error in invalid.errors.prefix(Self.mostLoggedErrors) { log.error("\(error)") }
        await writeTextfile(isForced: true)
        await showStatus()
        let more = invalid.errors.count - Self.mostLoggedErrors
        log.error("watchlist refused: the one before stays in force\(more > 0 ? " (\(more) more errors)" : "")")
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
        let live = LiveProber(client: client, credentials: readCredentials(), calls: learnedCalls) { [runner] in
            await runner.mayGoOn($0)
        }
        let standOffs = isInForce ? [] : await keptStandOffs()
        isInForce = true
        checkHeaderFiles()
        await readAuthorities()
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

    func readCredentials() -> [String: Credential] {
        var found: [String: Credential] = [:]
        for provider in watchlist.providers.values.sorted(by: { $0.name < $1.name }) where !provider.isStub {
            do {
                let answer = try credentials.credential(of: provider)
                for warning in answer.warnings { tell(.warning, "\(provider.name): \(SafeText(warning, limit: 1024))") }
                found[provider.name] = answer.credential
            } catch {
                tell(.error, "\(provider.name): \(error)")
            }
        }
        return found
    }

    /// Tells what is wrong with a file of keys or headers, where the look before has not.
    func tell(_ level: Logger.Level, _ trouble: String) {
        troubles.insert(trouble)
        if !toldTroubles.contains(trouble) { log.log(level: level, "\(trouble)") }
    }
}
