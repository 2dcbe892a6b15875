import Glibc

/// The distribution of how many independent events fall into a stretch of time (probes that came at random times would).
enum Poisson {
    /// The least count that at least the share `share` of the stretches does not exceed, where `mean` fall into one on average.
    static func quantile(_ share: Double, mean: Double) -> Int {
        var (count, sum) = (0, 0.0)
        while true {
            // By logarithms: neither a power nor a factorial of hundreds has a place in a Double.
            sum += exp(Double(count) * log(mean) - mean - lgamma(Double(count) + 1))
            // Rounding may keep the sum from reaching a share next to 1.
            guard sum < share, Double(count) < mean * 2 + 100 else { return count }
            count += 1
        }
    }
}
