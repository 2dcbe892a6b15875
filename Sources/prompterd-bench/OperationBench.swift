import ArgumentParser
import PrompterCore
import PrompterDaemon
import SQLiteVersions

/// `prompterd-bench operation`: one operation of a hot path, again and again, and nothing else, for `.ci/thresholds` to count what each
/// costs. It prints nothing: what it takes on the clock says less than what is counted.
struct OperationBench: AsyncParsableCommand {
    enum Operation: String, ExpressibleByArgument, CaseIterable {
        /// A tick of the scheduler that finds nothing due.
        case tick
        /// The guard admits a slot, and takes its observation.
        case admission
        /// A target's way through the scheduler and the guard of one instance: due, admitted, called, recorded.
        case probe
        /// An observation's way into the database, in a transaction of 512.
        case record
        /// A watch's series in the textfile where its target was probed since the last.
        case exposition
    }

    static let configuration = CommandConfiguration(
        commandName: "operation", abstract: "Repeats one operation of a hot path, to count what it costs.",
        shouldDisplay: false)

    /// As many targets there are.
    private static let targets = 512

    @Argument(help: ArgumentHelp("\(Operation.allCases.map(\.rawValue).joined(separator: ", "))."))
    var operation: Operation
    @Option(help: "How many rounds of \(targets) operations.") var rounds = 1
    @Option(help: "Where the database goes.") var folder = "."

    func run() async throws {
        let list = BenchWatchlist.make(targets: Self.targets, interval: .seconds(3600), concurrency: Self.targets)
        var site = OperationSite(list)
        switch operation {
        case .tick:
            for _ in 0..<rounds * Self.targets { site.tick() }
        case .admission:
            for _ in 0..<rounds { site.admitAll() }
        case .probe:
            for _ in 0..<rounds { site.probeAll() }
        case .record:
            let folder = try BenchFolder(in: folder)
            let store = try SQLiteVersionStore(path: "\(folder.path)/bench.db")
            try await store.register(list, at: site.now.wall)
            for _ in 0..<rounds {
                let findings = site.observeAll()
                try await store.write(StoreBatch(findings: findings), at: site.now.wall)
            }
            await store.close()
        case .exposition:
            for _ in 0..<rounds {
                site.probeAll()
                site.expose()
            }
        }
    }
}

/// A scheduler, a guard and a ledger in the place of the store, at a time that only moves on when it is told to.
struct OperationSite {
    private let list: Watchlist
    private let localGuard = LocalGuard()
    private var scheduler = Scheduler(seed: 1)
    private var ledger = VersionLedger(keepsPast: false)
    private(set) var now = Moment(wall: Timestamp(milliseconds: 1_790_000_000_000), uptime: .start)
    private var lastID: UInt64 = 0
    private var writer = ExpositionWriter(SeriesLabels(service: "bench", environment: "bench"), mostWatches: .max)
    private(set) var written = 0

    init(_ list: Watchlist) {
        self.list = list
        _ = scheduler.handle(
            .watchlist(ScheduledWatchlist(list, workers: list.targets.count, spread: .zero)), at: now)
    }

    private mutating func goOn(by time: Duration) {
        now = Moment(wall: now.wall + time, uptime: now.uptime + time)
    }

    mutating func tick() {
        goOn(by: .milliseconds(1))
        _ = scheduler.handle(.tick, at: now)
    }

    /// Leases each target's slot and settles it.
    mutating func admitAll() {
        goOn(by: .seconds(3600))
        let requests = list.targets.map { target in
            lastID += 1
            return LeaseRequest(slot: target.slot(at: now.wall), id: lastID, timeout: target.timeout, at: now.wall)
        }
        let admissions = localGuard.admit(requests, at: now)
        let outcomes = zip(admissions, list.targets).compactMap { admission, target -> LeaseOutcome? in
            guard case .admitted(let lease) = admission else { return nil }
            return LeaseOutcome(lease, .observed(observation(of: target, id: lease.id)))
        }
        localGuard.settle(outcomes, at: now)
    }

    /// Takes each target once through a slot.
    mutating func probeAll() {
        goOn(by: .seconds(3600))
        var directives = scheduler.handle(.tick, at: now)[...]
        var ends: [ProbeEnd] = []
        var entries: [RecordEntry] = []
        while true {
            while let directive = directives.popFirst() {
                switch directive {
                case .admit(let requests):
                    directives += scheduler.handle(.admissions(localGuard.admit(requests, at: now)), at: now)
                case .probe(let order): ends.append(ProbeEnd(id: order.id, .answer(Self.answer(of: order.target))))
                case .settle(let outcomes):
                    localGuard.settle(outcomes, at: now)
                    directives += scheduler.handle(.settled(outcomes.map(\.lease.id)), at: now)
                case .record(let entry): entries.append(entry)
                default: break
                }
            }
            guard !ends.isEmpty else { break }
            directives += scheduler.handle(.ended(ends), at: now)
            ends = []
        }
        let committed = entries.map { (entry: $0, recorded: ledger.record($0.finding, at: now.wall)) }
        _ = scheduler.handle(.committed(committed), at: now)
    }

    /// An observation of each target, an hour after the one before.
    mutating func observeAll() -> [Finding] {
        goOn(by: .seconds(3600))
        return list.targets.map { target in
            lastID += 1
            return .observation(observation(of: target, id: lastID), imported: false)
        }
    }

    /// Writes the metrics.
    mutating func expose() {
        var state = DaemonState(start: now.wall)
        state.version = Settings.version
        writer.text(of: scheduler.view, state).write { written += $0.count }
    }

    private func observation(of target: Target, id: UInt64) -> Observation {
        Observation(Self.answer(of: target), id: id, of: target.slot(at: now.wall), at: now.wall)
    }

    private static func answer(of target: Target) -> ProbeAnswer {
        // Every target names a model, so that it is a version.
        ProbeAnswer(
            version: VersionIdentity(resolvedModel: "\(target.model)-2026-01-01", fingerprint: "fp_44709d6fcb")!,
            latency: .milliseconds(300))
    }
}
