import ConformanceSuites

@testable import PrompterCore

/// Metrics of a daemon that goes through all that their text may depend on, in random order.
struct RandomMetrics {
    private static let providers = [
        Provider(name: "openai", dialect: .openAI), Provider(name: "claude", dialect: .anthropic),
        Provider(name: "both", dialect: .openAI, probe: .both),
    ]

    var random: SeededGenerator
    private var counts = ProbeMetrics()
    private var memories = TargetMemories()
    private var watches: [Watch] = []
    private var number = 0
    private var time = Timestamp(milliseconds: 1_764_000_000_000)

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    var snapshot: MetricsSnapshot {
        MetricsSnapshot(
            counts: counts, memories: memories, limits: [:], workers: 1, inFlight: 0, waiting: 0, nextDue: nil,
            number: number)
    }

    mutating func change() throws {
        number += 1
        time = time + .milliseconds(Int.random(in: 1...100_000, using: &random))
        switch Int.random(in: 0..<12, using: &random) {
        case 0: replaceWatchlist()
        case 1:
            // Equal to what it was, and not the same; what is known comes from the store meanwhile.
            let watches = watches
            putInForce([])
            putInForce(watches.shuffled(using: &random))
        case 2: putInForce(watches.map { $0 })
        case 3: counts.asked(target(0..<30))
        case 4...5:
            let target = target(0..<14)
            counts.attempted(target)
            counts.ended(target, FailureClass.allCases.randomElement(using: &random), fingerprint: nil, after: .zero)
            counts.failedLookup(target, .timeout)
        default:
            for _ in 0..<3 {
                guard let target = watches.randomElement(using: &random)?.target else { return }
                try find(target)
            }
        }
    }

    private func target(_ number: Int) -> Target {
        Target(
            provider: Self.providers[number % 3], model: "gpt-4o-\(number / 2)",
            interval: .seconds(number % 5 == 0 ? 60 : 3600))
    }

    private mutating func target(_ numbers: Range<Int>) -> Target { target(Int.random(in: numbers, using: &random)) }

    private mutating func replaceWatchlist() {
        let watches = (0..<14).shuffled(using: &random).prefix(Int.random(in: 0...12, using: &random)).map { number in
            // Some share a target.
            let target = target(number - number % 4 / 3)
            let key = Watch.Key(
                org: "o", workspace: "w", template: "t\"-\(number)", provider: target.provider.name,
                model: target.model)
            let isExpecting = Bool.random(using: &random)
            return Watch(key: key, target: target, expectation: isExpecting ? Expectation(["m-1", "fp_*"]) : nil)
        }
        putInForce(watches)
    }

    private mutating func putInForce(_ watches: [Watch]) {
        self.watches = watches
        var seen: Set<TargetID> = []
        let targets = watches.map(\.target).filter { seen.insert($0.id).inserted }
        let providers = Dictionary(uniqueKeysWithValues: Self.providers.map { ($0.name, $0) })
        counts.replace(with: Watchlist(providers: providers, watches: watches, targets: targets))
        let stored = targets.filter { _ in Bool.random(using: &random) }
        memories.replace(
            with: targets,
            memory: Dictionary(uniqueKeysWithValues: stored.map { ($0.id, TargetMemory(lastAttempt: time)) }))
    }

    /// Puts in a finding of `target`, which may be an old one, as of another instance.
    private mutating func find(_ target: Target) throws {
        let time = time - .milliseconds(Bool.random(using: &random) ? 0 : 50_000)
        let slot = time.milliseconds / 60_000
        guard Int.random(in: 0..<3, using: &random) > 0 else {
            let failure = [FailureClass.notFound, .notFound, .invalidRequest, .timeout].randomElement(using: &random)
            let attempt = FailedAttempt(
                target: target.id, slot: slot, time: time, failureClass: failure ?? .timeout, isConfirmation: true)
            return memories.change(target.id) { $0.record(.failure(attempt)) }
        }
        guard
            let version = VersionIdentity(
                resolvedModel: "m-\(Int.random(in: 1...3, using: &random))",
                fingerprint: Bool.random(using: &random) ? "fp_\(Int.random(in: 1...3, using: &random))" : nil,
                digest: Int.random(in: 0..<4, using: &random) == 0 ? "sha256:1\n" : nil)
        else { throw Example.NoVersion() }
        let observation = Observation(
            id: UInt64(number), target: target.id, slot: slot, time: time, version: version,
            shows: [.model, .fingerprint, .digest, .retirement],
            retirement: Int.random(in: 0..<5, using: &random) == 0 ? time + .seconds(86_400) : nil)
        memories.change(target.id) { memory in
            memory.record(.observation(observation, imported: false), mostVersions: TargetMemory.mostVersions)
            var life = memory.life
            guard life.isNext(observation) else { return }
            memory.note(life.take(observation) { _, _ in false })
            memory.heldLife = HeldLife(life)
        }
    }
}
