import CurlProbing
import LinuxHost
public import PrompterCore
import RedisGuarding
import SQLiteVersions

/// The service layer's ensure-version, once: through guard and store, beside a running daemon or without one.
public struct VersionInquiry: Sendable {
    /// What was asked, and what came of it.
    public struct Answer: Sendable {
        public var watch: Watch.Key
        public var result: Result<Found, NoVersion>
    }

    /// A version, and where it came from.
    public struct Found: Sendable {
        public enum Source: String, Sendable {
            /// This inquiry made the call.
            case probed
            /// Another instance made it in this slot.
            case observed
            /// The store has the current slot's observation.
            case known
        }

        public var version: VersionIdentity
        public var time: Timestamp
        public var isNew: Bool
        public var source: Source
    }

    /// Why there is no version.
    public enum NoVersion: Error, Hashable, Sendable, CustomStringConvertible {
        /// The call failed.
        case failed(ProbeFailure)
        /// No call was made, or none that came to an end, for a reason of ours: it says nothing of the provider.
        case notMade(Reason)
        /// The call was answered, but the answer could not be recorded.
        case notRecorded(VersionIdentity, reason: String)

        public enum Reason: Hashable, Sendable {
            /// A call before this one failed so, and none is made for a while.
            case standOff(FailureClass, rest: Duration)
            /// Who held the slot gave it up after its attempts failed so.
            case givenUp(FailureClass)
            /// Another instance has been probing the slot for as long as this one waits.
            case held(Duration)
            /// Probes are disabled, and nobody has observed the slot.
            case disabled
            /// Its key could not be read.
            case credential(String)
            /// The database could not be read or written.
            case store(String)

            /// Its name in JSON.
            public var name: String {
                switch self {
                case .standOff: "stand_off"
                case .givenUp: "given_up"
                case .held: "held"
                case .disabled: "disabled"
                case .credential: "credential"
                case .store: "store"
                }
            }

            /// How the call failed because of which none was made, or would have.
            public var failureClass: FailureClass? {
                switch self {
                case .standOff(let failureClass, _), .givenUp(let failureClass): failureClass
                case .credential: .auth
                case .held, .disabled, .store: nil
                }
            }

            /// What is wrong, and what to do.
            public var detail: String {
                switch self {
                case .standOff(_, let rest):
                    "an earlier call failed so, and none is made for \(DurationText.brief(rest)); --force probes in any case"
                case .givenUp: "this slot was given up by who probed it; --force probes in any case"
                case .held(let time):
                    "another instance holds this slot for \(DurationText.brief(time)) more; --force probes in any case"
                case .disabled:
                    "probes are disabled (PROMPTER_PROBE_DISABLED) and nobody has observed this slot; --force probes in any case"
                case .credential(let reason), .store(let reason): reason
                }
            }
        }

        /// Why, without the name of the reason.
        public var detail: String {
            switch self {
            case .failed(let failure): "\(failure.detail)"
            case .notMade(let reason): reason.detail
            case .notRecorded(_, let reason): reason
            }
        }

        public var description: String {
            switch self {
            case .failed(let failure): failure.description
            case .notRecorded(let version, let reason):
                "answers as \(SafeText(version.key)), which could not be recorded: \(reason)"
            case .notMade(let reason):
                "\((reason.failureClass?.rawValue ?? "not probed")): \(reason.detail)"
            }
        }
    }

    /// How often a slot that somebody else is probing is asked for again.
    private static let patience: Duration = .milliseconds(250)

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
            client = try HTTPClient()
        } catch {
            throw .unusable("\(error)")
        }
        client.trust(await AuthorityFiles(of: watchlist).files)
        let redis = settings.redis.map { RedisGuard(url: $0, clock: { Moment.now }) }
        let stub = StubProber(pause: settings.stubPause)
        var answers: [Answer] = []
        do {
            try await store.registerMissing(watches, at: Moment.now.wall)
        } catch {
            throw .unusable("\(error)")
        }
        var results: [TargetID: Result<Found, NoVersion>] = [:]
        for watch in watches {
            let target = watch.target
            if let known = results[target.id] {
                answers.append(Answer(watch: watch.key, result: known))
                continue
            }
            let result: Result<Found, NoVersion>
            do throws(NoVersion) {
                let live = LiveProber(
                    client: client, credentials: try await credentials(of: target.provider),
                    calls: CallVariants(try await learned(target)))
                let asking = Asking(
                    target: target, prober: Probers(stub: stub, live: live).prober(for: target),
                    probeGuard: redis ?? LocalGuard(), mayCall: settings.mayCall || isForced)
                result = .success(try await ask(asking, isForced: isForced))
            } catch {
                result = .failure(error)
            }
            results[target.id] = result
            answers.append(Answer(watch: watch.key, result: result))
        }
        await redis?.shutdown()
        client.shutdown()
        await store.close()
        return answers
    }

    private struct Asking {
        var target: Target
        var prober: any Prober
        var probeGuard: any ProbeGuard
        var mayCall: Bool
    }

    private func credentials(of provider: Provider) async throws(NoVersion) -> [String: Credential] {
        guard !provider.isStub else { return [:] }
        do {
            let found = try await CredentialStore(environment: settings.environment).credential(of: provider)
            return found.credential.map { [provider.name: $0] } ?? [:]
        } catch {
            throw .notMade(.credential("\(error)"))
        }
    }

    private func ask(_ asking: Asking, isForced: Bool) async throws(NoVersion) -> Found {
        let target = asking.target
        let id = UInt64.random(in: 1 ... .max)
        if isForced {
            return try await probe(asking, lease: nil, id: id, slot: target.slot(at: Moment.now.wall))
        }
        if let known = try await known(target) { return known }
        let standOff = try await standOff(of: target)
        let deadline = Moment.now.uptime + target.timeout
        while true {
            let now = Moment.now
            let slot = target.slot(at: now.wall)
            let request = LeaseRequest(
                slot: slot, id: id, timeout: target.timeout, at: now.wall,
                mayCall: asking.mayCall && standOff == nil)
            switch ProbeAdmission(await asking.probeGuard.admit([request], at: now)[0], to: slot) {
            case .admitted(let lease): return try await probe(asking, lease: lease, id: id, slot: slot)
            case .observed(let observation):
                let recorded = try await record(.observation(observation, imported: true))
                return Found(
                    version: observation.version, time: observation.time, isNew: recorded.isNewVersion,
                    source: .observed)
            case .failed(let failureClass):
                throw .notMade(.givenUp(failureClass))
            case .held(let time):
                guard now.uptime < deadline else { throw .notMade(.held(time)) }
                try? await Task.sleep(for: min(time, Self.patience))
            case .vacant:
                throw .notMade(standOff ?? .disabled)
            }
        }
    }

    private func learned(_ target: Target) async throws(NoVersion) -> [TargetID: CallVariant] {
        do {
            return try await store.memory(of: [target.id]).compactMapValues(\.learned)
        } catch {
            throw .notMade(.store("\(error)"))
        }
    }

    /// What a daemon met keeps this instance from calling, too.
    ///
    /// - Returns: why `target` is not to be called; `nil` where it may be.
    private func standOff(of target: Target) async throws(NoVersion) -> NoVersion.Reason? {
        let now = Moment.now.wall
        let standOffs: [StandOff.Kept]
        do {
            standOffs = try await store.standOffs().filter { $0.scope.concerns(target) }
        } catch {
            throw .notMade(.store("\(error)"))
        }
        let rests = standOffs.compactMap { standOff in
            standOff.end.map { (cause: standOff.cause, rest: $0 - now) }
        }
        guard let longest = rests.max(by: { $0.rest < $1.rest }), longest.rest > .zero else { return nil }
        return .standOff(longest.cause, rest: longest.rest)
    }

    /// Ends what kept `target` from being called, which was answered; a daemon sees that.
    private func endStandOffs(of target: Target) async {
        // What can't be ended now is by the daemon's own trial.
        guard let standOffs = try? await store.standOffs().filter({ $0.scope.concerns(target) }), !standOffs.isEmpty
        else { return }
        var batch = StoreBatch()
        batch.standOffs = standOffs.map(\.ended)
        _ = try? await store.write(batch, at: Moment.now.wall)
    }

    private func known(_ target: Target) async throws(NoVersion) -> Found? {
        let now = Moment.now.wall
        do {
            guard let memory = try await store.memory(of: [target.id])[target.id], let time = memory.lastSuccess,
                time <= now, target.slot(at: now).isObserved(by: time), let version = memory.versions.first
            else { return nil }
            return Found(version: version.identity, time: time, isNew: false, source: .known)
        } catch {
            throw .notMade(.store("\(error)"))
        }
    }

    private func probe(_ asking: Asking, lease: Lease?, id: UInt64, slot: Slot) async throws(NoVersion) -> Found {
        let target = asking.target
        let answer: ProbeAnswer
        do throws(ProbeFailure) {
            answer = try await asking.prober.probe(target, timeout: target.timeout)
        } catch {
            let now = Moment.now
            if let lease {
                let ending = LeaseOutcome.Ending.failed(error.failureClass, retryAfter: error.retryAfter)
                await asking.probeGuard.settle([LeaseOutcome(lease, ending)], at: now)
            }
            // What the provider said is the answer, recorded or not.
            _ = try? await record(.failure(FailedAttempt(error, for: slot, at: now.wall)))
            throw .failed(error)
        }
        let now = Moment.now
        let observation = Observation(answer, id: id, of: slot, at: now.wall)
        if let lease { await asking.probeGuard.settle([LeaseOutcome(lease, .observed(observation))], at: now) }
        let recorded: Recorded
        do throws(NoVersion) {
            recorded = try await record(.observation(observation, imported: false))
        } catch {
            throw .notRecorded(answer.version, reason: error.detail)
        }
        await endStandOffs(of: target)
        return Found(version: answer.version, time: now.wall, isNew: recorded.isNewVersion, source: .probed)
    }

    private func record(_ finding: Finding) async throws(NoVersion) -> Recorded {
        do {
            return try await store.record([finding], at: Moment.now.wall)[0]
        } catch {
            throw .notMade(.store("\(error)"))
        }
    }
}
