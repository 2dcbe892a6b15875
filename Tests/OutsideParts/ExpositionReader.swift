/// A second reader of the Prometheus text format, written from its description
/// (https://prometheus.io/docs/instrumenting/exposition_formats/), to hold the writer against. It refuses what a collector
/// drops: a series that stands twice.
public struct ExpositionReader {
    /// One sample: its value by name and labels.
    public struct Sample: Hashable, Sendable {
        public var name: String
        public var labels: [String: String]
        public var value: Double
    }

    public struct Fault: Error, CustomStringConvertible {
        public var description: String
    }

    private typealias Scalars = Substring.UnicodeScalarView

    public private(set) var samples: [Sample] = []
    /// Type by family.
    public private(set) var types: [String: String] = [:]
    public private(set) var helps: [String: String] = [:]
    /// The family whose lines are being read: those of a family stand together.
    private var family = ""
    private var families: Set<String> = []

    public init(_ text: String) throws {
        guard text.isEmpty || text.utf8.last == UInt8(ascii: "\n") else {
            throw Fault(description: "no line break at the end")
        }
        // By scalars throughout: a character of Swift may hold more than the one that the format gives a meaning.
        for line in text.unicodeScalars.split(separator: "\n") {
            if line.starts(with: "# HELP ".unicodeScalars) || line.starts(with: "# TYPE ".unicodeScalars) {
                try readComment(line)
            } else if line.first != "#" {
                let sample = try Self.sample(line)
                try enter(family(of: sample))
                samples.append(sample)
            }
        }
        var series: Set<Sample> = []
        for sample in samples {
            let one = Sample(name: sample.name, labels: sample.labels, value: 0)
            guard series.insert(one).inserted else {
                throw Fault(description: "the series \(sample.name) \(sample.labels) twice")
            }
        }
    }

    /// A histogram's and a summary's samples have suffixes.
    private func family(of sample: Sample) -> String {
        for suffix in ["_bucket", "_sum", "_count"] where sample.name.hasSuffix(suffix) {
            let name = String(sample.name.dropLast(suffix.count))
            if ["histogram", "summary"].contains(types[name]) { return name }
        }
        return sample.name
    }

    private mutating func enter(_ family: String) throws {
        guard family != self.family else { return }
        guard families.insert(family).inserted else { throw Fault(description: "\(family) in two places") }
        self.family = family
    }

    /// The value of the one sample with this name and these labels among its own.
    public func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        let found = samples.filter { sample in
            sample.name == name && labels.allSatisfy { sample.labels[$0.key] == $0.value }
        }
        return found.count == 1 ? found[0].value : nil
    }

    private mutating func readComment(_ line: Scalars) throws {
        let parts = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4 else { throw Fault(description: "\(line)") }
        let name = String(parts[2])
        try enter(name)
        if parts[1].elementsEqual("TYPE".unicodeScalars) {
            guard types.updateValue(String(parts[3]), forKey: name) == nil else {
                throw Fault(description: "a second TYPE of \(name)")
            }
        } else {
            var rest = parts[3]
            guard helps.updateValue(try Self.text(&rest, escapes: ["n": "\n", "\\": "\\"]), forKey: name) == nil else {
                throw Fault(description: "a second HELP of \(name)")
            }
        }
    }

    private static func sample(_ line: Scalars) throws -> Sample {
        var rest = line
        let name = rest.prefix { $0 != "{" && $0 != " " }
        rest = rest.dropFirst(name.count)
        var labels: [String: String] = [:]
        if rest.first == "{" {
            rest = rest.dropFirst()
            while let first = rest.first, first != "}" {
                let label = rest.prefix { $0 != "=" }
                rest = rest.dropFirst(label.count)
                guard rest.starts(with: "=\"".unicodeScalars) else { throw Fault(description: "\(line)") }
                rest = rest.dropFirst(2)
                let value = try text(&rest, until: "\"", escapes: ["n": "\n", "\\": "\\", "\"": "\""])
                guard labels.updateValue(value, forKey: String(label)) == nil else {
                    throw Fault(description: "the label \(label) twice: \(line)")
                }
                if rest.first == "," { rest = rest.dropFirst() }
            }
            rest = rest.dropFirst()
        }
        let words = rest.split(separator: " ")
        guard words.count == 1, let value = Double(String(words[0]).replacing("+Inf", with: "inf")) else {
            throw Fault(description: "not one value: \(line)")
        }
        return Sample(name: String(name), labels: labels, value: value)
    }

    /// Reads up to `end`, which is stepped over, or to the line's end where that is `nil`.
    private static func text(
        _ rest: inout Scalars, until end: Unicode.Scalar? = nil, escapes: [Unicode.Scalar: Unicode.Scalar]
    ) throws -> String {
        var text = String.UnicodeScalarView()
        while let scalar = rest.popFirst() {
            if scalar == end { return String(text) }
            guard scalar == "\\" else {
                text.append(scalar)
                continue
            }
            guard let escape = rest.popFirst(), let meant = escapes[escape] else {
                throw Fault(description: "no such escape")
            }
            text.append(meant)
        }
        guard end == nil else { throw Fault(description: "a label without an end") }
        return String(text)
    }
}
