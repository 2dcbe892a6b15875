/// The buckets of `prompter_schedule_lateness_seconds`: how many probes started how late.
struct LatenessCounts {
    /// The buckets' upper bounds, in seconds, and how many probes started no later.
    private var buckets: [(bound: Double, count: Double)] = []

    init(exposition: String) throws {
        for line in exposition.split(separator: "\n")
        where line.hasPrefix("prompter_schedule_lateness_seconds_bucket") {
            guard let bound = line.split(separator: "le=\"").last?.split(separator: "\"").first,
                let count = line.split(separator: " ").last.flatMap({ Double($0) })
            else { continue }
            buckets.append((bound == "+Inf" ? .infinity : Double(bound) ?? .infinity, count))
        }
        guard !buckets.isEmpty else { throw BenchFailure("the daemon serves no lateness") }
    }

    var total: Double { buckets.last?.count ?? 0 }

    static func - (later: LatenessCounts, earlier: LatenessCounts) -> LatenessCounts {
        var counts = later
        for place in counts.buckets.indices { counts.buckets[place].count -= earlier.buckets[place].count }
        return counts
    }

    /// The lateness that the share `share` of the probes does not exceed, in seconds: a straight line through its bucket, as
    /// Prometheus' `histogram_quantile` draws it.
    func quantile(_ share: Double) -> Double {
        var (bound, count) = (0.0, 0.0)
        for bucket in buckets {
            if bucket.count >= total * share, bucket.count > count {
                guard bucket.bound.isFinite else { return bound }
                return bound + (bucket.bound - bound) * (total * share - count) / (bucket.count - count)
            }
            (bound, count) = bucket
        }
        return bound
    }
}
