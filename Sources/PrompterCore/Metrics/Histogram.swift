/// Counts of values by size.
public struct Histogram: Hashable, Sendable {
    /// The buckets' upper bounds, rising, in the metric's unit.
    public let bounds: [Double]
    /// How many values fell into each bucket, and last those above every bound.
    public private(set) var counts: [UInt64]
    public private(set) var sum: Double = 0

    public init(bounds: [Double]) {
        self.bounds = bounds
        counts = Array(repeating: 0, count: bounds.count + 1)
    }

    /// How many values there were.
    public var count: UInt64 { counts.reduce(0, +) }

    public mutating func observe(_ value: Double) {
        counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
        sum += value
    }

    static func written(_ bounds: [Double]) -> [String] {
        bounds.map(Exposition.number)
    }
}
