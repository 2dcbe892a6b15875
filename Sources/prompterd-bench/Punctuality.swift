/// How punctually targets were probed: how far apart, and how evenly.
struct Punctuality {
    /// What counts as at once, in seconds.
    static let window = 0.1
    /// The share of windows that a Poisson stream leaves to its own bursts.
    private static let usual = 0.999

    private let starts: [ProbeStart]
    private let targets: Int
    private let interval: Double
    /// Over how long the first probes are spread.
    private let spread: Double

    init(_ starts: [ProbeStart], targets: Int, interval: Double, spread: Double) {
        self.starts = starts.sorted { $0.seconds < $1.seconds }
        self.targets = targets
        self.interval = interval
        self.spread = spread
    }

    /// Adds what happened from `begin` to `end`, and of bursts also what happened before.
    func add(to figures: inout Figures, from begin: Double, to end: Double) {
        let measured = starts.map(\.seconds).filter { (begin..<end).contains($0) }
        let deviations = deviations(from: begin, to: end)
        figures.add("probes_per_second", Double(measured.count) / (end - begin))
        figures.add("wanted_per_second", Double(targets) / interval)
        figures.add("p50_deviation_seconds", Figures.percentile(0.5, of: deviations))
        figures.add("p99_deviation_seconds", Figures.percentile(0.99, of: deviations))
        figures.add("max_deviation_seconds", deviations.last ?? 0)
        figures.add("most_in_100_milliseconds", Double(Self.densest(measured)))
        figures.add("burst_share", burstShare(from: begin, to: end))
        figures.add("burst_share_from_start", burstShare(from: starts.first?.seconds ?? begin, to: end))
    }

    /// How far each time between two probes of a target was from the interval, sorted.
    private func deviations(from begin: Double, to end: Double) -> [Double] {
        var last: [Int: Double] = [:]
        var deviations: [Double] = []
        for start in starts {
            if let previous = last[start.target], (begin..<end).contains(start.seconds) {
                deviations.append(abs(start.seconds - previous - interval))
            }
            last[start.target] = start.seconds
        }
        return deviations.sorted()
    }

    /// The share of windows in which more began than in 999 of 1,000 windows of a Poisson stream of the same rate.
    func burstShare(from begin: Double, to end: Double) -> Double {
        let windows = Int((end - begin) / Self.window)
        guard windows > 0 else { return 0 }
        var counts = [Int](repeating: 0, count: windows)
        for start in starts {
            let window = Int(((start.seconds - begin) / Self.window).rounded(.down))
            if counts.indices.contains(window) { counts[window] += 1 }
        }
        // A target's first probe comes within the spread, its others each interval.
        func most(each time: Double) -> Int {
            Poisson.quantile(Self.usual, mean: Double(targets) / time * Self.window)
        }
        let (first, later) = (most(each: min(spread, interval)), most(each: interval))
        let startUp = (starts.first?.seconds ?? begin) + spread
        let bursts = counts.enumerated().count { window, count in
            count > (begin + Double(window) * Self.window < startUp ? first : later)
        }
        return Double(bursts) / Double(windows)
    }

    /// The most starts within any 100 ms.
    private static func densest(_ times: [Double]) -> Int {
        var (first, most) = (0, 0)
        for (index, time) in times.enumerated() {
            while times[first] < time - window { first += 1 }
            most = max(most, index - first + 1)
        }
        return most
    }
}
