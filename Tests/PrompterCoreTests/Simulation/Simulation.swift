import ConformanceSuites

@testable import PrompterCore

/// A signal's life over values that were drawn, probe by probe in virtual time.
struct Simulation {
    /// What became known, and after which probe.
    private(set) var changes: [(probe: Int, change: SignalLife.Change)] = []
    private(set) var life: SignalLife
    /// How often the naive rule, "differs from the last", would have spoken.
    private(set) var naive = 0

    init(
        _ values: [String?], signal: Signal = .fingerprint, rules: LifeRules = LifeRules(),
        interval: Duration = .seconds(3600)
    ) {
        life = SignalLife(signal)
        var known: Set<String> = []
        var last: String?
        for (probe, value) in values.enumerated() {
            let time = Timestamp(milliseconds: 1_764_000_000_000 + Int64(probe) * interval.milliseconds)
            let news = life.take(value, time: time, id: UInt64(probe), rules: rules) { known.contains($1) }
            changes += news.map { (probe, $0) }
            guard let value else { continue }
            known.insert(value)
            if let last, last != value { naive += 1 }
            last = value
        }
    }

    func probes(of kind: Event.Kind) -> [Int] {
        changes.filter { $0.change.kind == kind }.map(\.probe)
    }
}
