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
        let target = watch.target
        var memory: TargetMemory?
        var standOffs: [StandOff.Kept] = []
        if !isWatched {
            do {
                let known = try await Gate.result(within: Self.storePatience) { [store = components.store] in
                    (try await store.memory(of: [target.id])[target.id], try await store.standOffs())
                }
                guard let known else {
                    return .notMade(.store("no answer within \(DurationText.brief(Self.storePatience))"))
                }
                memory = known.0
                standOffs = known.1.filter { $0.scope.concerns(target) }
            } catch {
                return .notMade(.store("\(error)"))
            }
            components.recorder.bind(watch)
        }
        return await components.runner.ask(
            target, isForced: isForced, within: target.timeout * 2 + Self.storePatience, patience: target.timeout,
            memory: memory, standOffs: standOffs)
    }
}
