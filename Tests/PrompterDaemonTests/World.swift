import LinuxHost
import Logging
import PrompterCore
import PrompterDaemon

/// A runner in virtual time, and providers that answer as they are told: nothing waits for time to pass.
///
/// Every call is answered at the moment at which it was made, so whatever is seen between two moments is seen in full.
final class World: Sendable {
    /// A call that reached a provider.
    struct Call: Hashable, Sendable {
        var provider: String
        var model: String
        var time: Duration
        var isOnNewConnection = false
    }

    private struct State {
        var now: Moment
        var armed: Timestamp?
        var calls: [Call] = []
        var lines: [String] = []
        var events: [Event] = []
        /// How many of the recorder's findings were recorded.
        var recorded = 0
        var answers: @Sendable (Target, Duration) -> ProbeFailure? = { _, _ in nil }
        var models: @Sendable (Int) -> String = { _ in "m-1" }
    }

    /// What the world shares with its parts.
    private final class Shared: Sendable {
        let state: Locked<State>

        init(_ now: Moment) { state = Locked(State(now: now)) }
    }

    /// The uptime at which it begins.
    static let begin = Uptime(sinceStart: .seconds(1000))
    private let shared: Shared
    let recorder: Recorder
    let runner: Runner
    private let probers: Probers
    private let store = MemoryVersionStore()

    init(start: Timestamp, mayCall: Bool = true) {
        let shared = Shared(Moment(wall: start, uptime: Self.begin))
        self.shared = shared
        let recorder = Recorder(store: store, clock: { shared.state.withLock { $0.now } })
        self.recorder = recorder
        let prober = Answering(shared: shared)
        probers = Probers(stub: prober, live: prober)
        var logger = Logger(label: "test") { _ in Lines(shared: shared) }
        logger.logLevel = .info
        runner = Runner(
            Runner.Parts(
                probeGuard: LocalGuard(), recorder: recorder, clock: { shared.state.withLock { $0.now } },
                log: Log(logger),
                arm: { time in shared.state.withLock { $0.armed = time } }),
            Scheduler(mayCall: mayCall, storeCapacity: 100_000, seed: 7), probers: probers)
    }

    var now: Moment { shared.state.withLock { $0.now } }
    /// Since the beginning.
    var time: Duration { now.uptime - Self.begin }
    var calls: [Call] { shared.state.withLock { $0.calls } }
    var lines: [String] { shared.state.withLock { $0.lines } }
    /// What became known, in its order.
    var kinds: [Event.Kind] { shared.state.withLock { $0.events.map(\.kind) } }
    /// The last word on each stand-off.
    var kept: [StandOff.Kept] { recorder.waiting.standOffs }

    /// What each call brings, by its target and the time since the beginning; `nil` for a version.
    func answer(_ answers: @escaping @Sendable (Target, Duration) -> ProbeFailure?) {
        shared.state.withLock { $0.answers = answers }
    }

    /// Which model answers each call, by the number of calls before it.
    func serve(_ models: @escaping @Sendable (Int) -> String) {
        shared.state.withLock { $0.models = models }
    }

    /// Puts `targets` in force, as a reload does.
    func put(_ targets: [Target], standOffs: [StandOff.Kept] = [], spread: Duration = .zero) async {
        let watches = targets.map { target in
            Watch(
                key: Watch.Key(
                    org: "o", workspace: "w", template: target.model, provider: target.provider.name,
                    model: target.model), target: target)
        }
        let providers = Dictionary(targets.map { ($0.provider.name, $0.provider) }) { first, _ in first }
        await runner.replace(
            with: ScheduledWatchlist(
                Watchlist(providers: providers, watches: watches, targets: targets), standOffs: standOffs,
                spread: spread),
            probers: probers)
    }

    /// Goes from one armed time to the next until `end` has passed since the beginning.
    func run(until end: Duration) async {
        while true {
            await settle()
            let next = shared.state.withLock { state -> Bool in
                let wall = state.now.wall
                guard let armed = state.armed, state.now.uptime + max(armed - wall, .zero) < Self.begin + end else {
                    state.now = state.now.advanced(by: max(Self.begin + end - state.now.uptime, .zero))
                    return false
                }
                state.now = state.now.advanced(by: max(armed - wall, .zero))
                return true
            }
            guard next else { return }
            await runner.tick()
            // Written as the daemon does, or the timer would be armed for it alone.
            _ = await runner.snapshot(isForced: false)
        }
    }

    /// Waits until all that can happen at this moment has.
    private func settle() async {
        while await !runner.isIdle { await Task.yield() }
        await record()
    }

    /// Does what the recorder would, which gathers for some real time.
    private func record() async {
        let all = recorder.leftover()
        let first = shared.state.withLock { state in
            defer { state.recorded = all.count }
            return state.recorded
        }
        let entries = Array(all[first...])
        guard !entries.isEmpty else { return }
        let recorded = await store.write(StoreBatch(findings: entries.map(\.finding)), at: now.wall)
        shared.state.withLock { $0.events += recorded.flatMap(\.events) }
        await runner.recorded(
            .committed(Recorder.Commit(findings: zip(entries, recorded).map { (entry: $0, recorded: $1) })))
    }

    func text() async -> String {
        guard let snapshot = await runner.snapshot(isForced: true) else { return "" }
        var writer = ExpositionWriter(SeriesLabels(service: "s", environment: "e"), mostWatches: 10)
        return String(decoding: writer.text(of: snapshot, DaemonState(start: now.wall)).bytes, as: UTF8.self)
    }

    private struct Answering: Prober {
        let shared: Shared

        func probe(
            _ target: Target, timeout: Duration, onNewConnection: Bool
        ) async throws(ProbeFailure) -> ProbeAnswer {
            let (failure, model) = shared.state.withLock { state in
                let time = state.now.uptime - World.begin
                let model = state.models(state.calls.count)
                state.calls.append(
                    Call(
                        provider: target.provider.name, model: target.model, time: time,
                        isOnNewConnection: onNewConnection))
                return (state.answers(target, time), model)
            }
            // What else is in flight is so at the same time.
            for _ in 0..<20 { await Task.yield() }
            if let failure { throw failure }
            guard let version = VersionIdentity(resolvedModel: model, fingerprint: nil) else {
                throw ProbeFailure(.noVersion, "")
            }
            return ProbeAnswer(version: version, latency: .zero)
        }
    }

    private struct Lines: LogHandler {
        let shared: Shared
        var logLevel = Logger.Level.info
        var metadata: Logger.Metadata = [:]

        init(shared: Shared) { self.shared = shared }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            guard event.level >= logLevel else { return }
            shared.state.withLock { $0.lines.append("\(event.level): \(event.message)") }
        }
    }
}
