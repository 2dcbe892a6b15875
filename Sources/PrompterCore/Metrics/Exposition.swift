/// Writes metrics in the Prometheus text format
/// (https://prometheus.io/docs/instrumenting/exposition_formats/), without timestamps, for node_exporter refuses them.
public struct Exposition {
    /// How long a piece of the text becomes before it is handed over.
    private static let pieceSize = 1 << 16

    /// The text, in UTF-8, or what of it is yet to be handed over.
    public private(set) var bytes: [UInt8] = []
    /// Takes the text, piece by piece.
    private let take: (([UInt8]) -> Void)?
    /// Labels that stand on every sample.
    private let common: LabelText
    /// The name of the family begun last.
    private var name = ""
    /// What a sample of the family begins with: one that has labels of its own, and all that one without has before its value.
    private var labelled: [UInt8] = []
    private var unlabelled: [UInt8] = []

    /// - Parameters:
    ///   - labels: labels that stand on every sample.
    ///   - take: takes the text piece by piece, so that it is never in memory as a whole; ``end()`` hands over the last. `nil` where
    ///     all of it is to be in ``bytes``.
    public init(labels: [(name: String, value: String)], take: (([UInt8]) -> Void)? = nil) {
        common = LabelText(labels)
        self.take = take
    }

    /// Hands over what has not been yet.
    public mutating func end() {
        guard let take, !bytes.isEmpty else { return }
        take(bytes)
        bytes.removeAll(keepingCapacity: true)
    }

    /// Begins a family; its samples follow.
    public mutating func begin(_ family: MetricFamily) {
        name = family.name
        // By scalars: a character of Swift may be a carriage return with its line break, or a backslash with an accent.
        let help = family.help.unicodeScalars.map { $0 == "\"" ? "\"" : LabelText.escaped($0) }.joined()
        append("# HELP \(name) \(help)\n# TYPE \(name) \(family.kind.rawValue)\n")
        beginSamples(suffix: "")
    }

    private mutating func beginSamples(suffix: String) {
        labelled = Array(name.utf8) + Array(suffix.utf8)
        unlabelled = labelled
        labelled.append(UInt8(ascii: "{"))
        guard !common.bytes.isEmpty else { return }
        labelled += common.bytes
        unlabelled = labelled + [UInt8(ascii: "}")]
        labelled.append(UInt8(ascii: ","))
    }

    /// Writes one sample of the family begun last.
    public mutating func sample(_ labels: [(name: String, value: String)], _ value: Double) {
        sample(LabelText(labels), value)
    }

    mutating func sample(_ labels: LabelText, _ value: Double) {
        sample(labels, .none, value)
    }

    /// - Parameter more: labels that stand behind `labels`, where there are any of those.
    mutating func sample(_ labels: LabelText, _ more: LabelText, _ value: Double) {
        if labels.bytes.isEmpty {
            bytes.append(contentsOf: unlabelled)
        } else {
            bytes.append(contentsOf: labelled)
            bytes.append(contentsOf: labels.bytes)
            if !more.bytes.isEmpty {
                bytes.append(UInt8(ascii: ","))
                bytes.append(contentsOf: more.bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
        bytes.append(UInt8(ascii: " "))
        append(value)
        bytes.append(UInt8(ascii: "\n"))
        if bytes.count >= Self.pieceSize { end() }
    }

    /// Writes the samples of a histogram: its buckets, sum and count.
    public mutating func histogram(_ labels: [(name: String, value: String)], _ histogram: Histogram) {
        let written = LabelText(labels)
        var total: UInt64 = 0
        beginSamples(suffix: "_bucket")
        for (bound, count) in zip(Histogram.written(histogram.bounds) + ["+Inf"], histogram.counts) {
            total += count
            var bucket = written
            bucket.append("le", bound)
            sample(bucket, Double(total))
        }
        beginSamples(suffix: "_sum")
        sample(written, histogram.sum)
        beginSamples(suffix: "_count")
        sample(written, Double(total))
        beginSamples(suffix: "")
    }

    private mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    private mutating func append(_ value: Double) {
        // Most values are one digit: flags, and counts of what is rare.
        if let digit = UInt8(exactly: value), digit < 10 {
            bytes.append(UInt8(ascii: "0") + digit)
        } else {
            append(Self.number(value))
        }
    }

    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if value == value.rounded(), abs(value) < 1e15 { return String(Int64(value)) }
        return value.description
    }

    /// Writes a family of one gauge without labels.
    mutating func gauge(_ name: String, _ help: String, _ value: Double) {
        begin(MetricFamily(name, .gauge, help))
        sample([], value)
    }

    /// Writes a family of one counter without labels.
    mutating func counter(_ name: String, _ help: String, _ value: UInt64) {
        begin(MetricFamily(name, .counter, help))
        sample([], Double(value))
    }
}

/// A metric's name, type and help, as the Prometheus text format has them
/// (https://prometheus.io/docs/instrumenting/exposition_formats/).
public struct MetricFamily: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable {
        case counter, gauge, histogram
    }

    public var name: String
    public var kind: Kind
    public var help: String

    public init(_ name: String, _ kind: Kind, _ help: String) {
        self.name = name
        self.kind = kind
        self.help = help
    }
}

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
