import LinuxHost
import PrompterAPI
import PrompterCore

/// Answers the API's "which version serves this template?" by the daemon's own scheduler.
actor VersionService {
    /// How many requests may wait at once: each may hold a prompt.
    private static let mostWaiting = 512
    /// How long the store is waited for.
    private static let storePatience: Duration = .seconds(5)

    private let components: Components
    private let inForce: @Sendable () async -> WatchlistInForce
    private var index = WatchIndex(Watchlist())
    /// When the watchlist of ``index`` was taken.
    private var taken: Timestamp?
    private var unwatched = UnwatchedTriples()
    private var waiting = 0

    init(_ components: Components, inForce: @escaping @Sendable () async -> WatchlistInForce) {
        self.components = components
        self.inForce = inForce
    }

    func answer(_ request: VersionRequest) async -> APIServices.Outcome {
        let list = await inForce()
        if taken != list.taken {
            index = WatchIndex(list.watchlist)
            taken = list.taken
        }
        var found: (watch: Watch, isWatched: Bool)
        do {
            found = try index.find(request)
        } catch {
            return .problem(error)
        }
        guard waiting < Self.mostWaiting else { return .busy }
        // Nobody but the operator may call while probes are disabled.
        let isForced = request.isForced && components.settings.mayCall
        if !found.isWatched {
            do throws(UnwatchedTriples.Full) {
                found.watch = try unwatched.take(found.watch, isForced: isForced, at: Moment.now.wall)
            } catch {
                return .tooManyUnwatched(error.rest)
            }
        }
        waiting += 1
        defer { waiting -= 1 }
        return .reply(await ask(found.watch, isWatched: found.isWatched, isForced: isForced), found.watch.key)
    }

    private func ask(_ watch: Watch, isWatched: Bool, isForced: Bool) async -> Reply {
        guard !isWatched else { return await ask(watch.target, isForced: isForced) }
        let known: Known
        do {
            let read = try await Gate.result(within: Self.storePatience) { [store = components.store] in
                try await Self.known(of: watch, in: store)
            }
            guard let read else {
                return .notMade(.store("no answer within \(DurationText.brief(Self.storePatience))"))
            }
            known = read
        } catch {
            return .notMade(.store("\(error)"))
        }
        if !isForced, let answer = known.answer(for: watch.target, at: Moment.now.wall) { return .answer(answer) }
        components.recorder.bind(watch)
        let reply = await ask(
            watch.target, isForced: isForced, memory: known.memories[watch.target.id], standOffs: known.standOffs)
        // Another request may have bound the triple to its own parameters meanwhile, before this version was recorded.
        if case .answer(let answer) = reply, answer.source != .known { components.recorder.bind(watch) }
        return reply
    }

    private func ask(
        _ target: Target, isForced: Bool, memory: TargetMemory? = nil, standOffs: [StandOff.Kept] = []
    ) async -> Reply {
        await components.runner.ask(
            target, isForced: isForced, within: target.timeout * 2 + Self.storePatience, patience: target.timeout,
            memory: memory, standOffs: standOffs)
    }

    private static func known(of watch: Watch, in store: RecoveringStore) async throws -> Known {
        let target = watch.target
        let asked = try await store.askedTarget(like: watch)
        return Known(
            asked: asked, memories: try await store.memory(of: [target.id] + (asked.map { [$0] } ?? [])),
            standOffs: try await store.standOffs().filter { $0.scope.concerns(target) })
    }
}

/// What the store knows of a triple that is not watched.
private struct Known: Sendable {
    /// What it was last asked with.
    var asked: TargetID?
    var memories: [TargetID: TargetMemory]
    var standOffs: [StandOff.Kept]

    /// What was observed in the current slot with other parameters than those of `target`: they count once a slot, also across a
    /// restart.
    func answer(for target: Target, at now: Timestamp) -> Reply.Answer? {
        guard let asked, asked != target.id else { return nil }
        let slot = Slot(of: asked, interval: target.interval, at: now)
        return Reply.Answer(known: memories[asked], in: slot, model: target.model, at: now)
    }
}
