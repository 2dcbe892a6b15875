/// Writes metrics in the Prometheus text format
/// (https://prometheus.io/docs/instrumenting/exposition_formats/), without timestamps, for node_exporter refuses them.
public struct Exposition: Sendable {
    /// The text, in UTF-8.
    public private(set) var bytes: [UInt8] = []
    /// Labels that stand on every sample, written out.
    private let common: [UInt8]
    private var name = ""

    /// - Parameter labels: labels that stand on every sample.
    public init(labels: [(name: String, value: String)]) {
        var common: [UInt8] = []
        for (index, label) in labels.enumerated() {
            if index > 0 { common.append(UInt8(ascii: ",")) }
            Self.append(label.name, label.value, to: &common)
        }
        self.common = common
    }

    /// Begins a family; its samples follow.
    public mutating func begin(_ family: MetricFamily) {
        name = family.name
        // By scalars: a character of Swift may be a carriage return with its line break, or a backslash with an accent.
        let help = family.help.unicodeScalars.map { $0 == "\"" ? "\"" : Self.escaped($0) }.joined()
        append("# HELP \(name) \(help)\n# TYPE \(name) \(family.kind.rawValue)\n")
    }

    /// Writes one sample of the family begun last.
    public mutating func sample(_ labels: [(name: String, value: String)], _ value: Double) {
        sample(suffix: "", Self.written(labels), value)
    }

    /// Writes the samples of a histogram: its buckets, sum and count.
    public mutating func histogram(_ labels: [(name: String, value: String)], _ histogram: Histogram) {
        let written = Self.written(labels)
        var total: UInt64 = 0
        for (bound, count) in zip(Histogram.written(histogram.bounds) + ["+Inf"], histogram.counts) {
            total += count
            var bucket = written
            if !bucket.isEmpty { bucket.append(UInt8(ascii: ",")) }
            Self.append("le", bound, to: &bucket)
            sample(suffix: "_bucket", bucket, Double(total))
        }
        sample(suffix: "_sum", written, histogram.sum)
        sample(suffix: "_count", written, Double(total))
    }

    private mutating func sample(suffix: String, _ labels: [UInt8], _ value: Double) {
        append(name)
        append(suffix)
        if !common.isEmpty || !labels.isEmpty {
            bytes.append(UInt8(ascii: "{"))
            bytes.append(contentsOf: common)
            if !common.isEmpty && !labels.isEmpty { bytes.append(UInt8(ascii: ",")) }
            bytes.append(contentsOf: labels)
            bytes.append(UInt8(ascii: "}"))
        }
        append(" \(Self.number(value))\n")
    }

    private mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    private static func written(_ labels: [(name: String, value: String)]) -> [UInt8] {
        var bytes: [UInt8] = []
        for (index, label) in labels.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            append(label.name, label.value, to: &bytes)
        }
        return bytes
    }

    private static func append(_ name: String, _ value: String, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: name.utf8)
        bytes.append(contentsOf: "=\"".utf8)
        if value.utf8.allSatisfy({ (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") })
        {
            bytes.append(contentsOf: value.utf8)
        } else {
            for scalar in value.unicodeScalars { bytes.append(contentsOf: escaped(scalar).utf8) }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Quotes, backslashes and line breaks as the format has them, so that they come back as they were; what a terminal would
    /// act on stands as ``SafeText`` writes it, since people read these files.
    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\"": "\\\""
        case "\\": "\\\\"
        case "\n": "\\n"
        default:
            SafeText.isHarmless(scalar)
                ? String(scalar) : "\\\\u{\(String(scalar.value, radix: 16))}"
        }
    }

    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if value == value.rounded(), abs(value) < 1e15 { return String(Int64(value)) }
        return "\(value)"
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
