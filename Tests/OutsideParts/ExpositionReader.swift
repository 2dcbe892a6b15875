/// A second reader of the Prometheus text format, written from its description
/// (https://prometheus.io/docs/instrumenting/exposition_formats/), to hold the writer against.
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

    public private(set) var samples: [Sample] = []
    /// Type by family.
    public private(set) var types: [String: String] = [:]
    public private(set) var helps: [String: String] = [:]

    public init(_ text: String) throws {
        guard text.isEmpty || text.hasSuffix("\n") else { throw Fault(description: "no line break at the end") }
        for line in text.split(separator: "\n", omittingEmptySubsequences: true) {
            if line.hasPrefix("# HELP ") || line.hasPrefix("# TYPE ") {
                try readComment(line)
            } else if !line.hasPrefix("#") {
                samples.append(try Self.sample(line))
            }
        }
    }

    /// The value of the one sample with this name and these labels among its own.
    public func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        let found = samples.filter { sample in
            sample.name == name && labels.allSatisfy { sample.labels[$0.key] == $0.value }
        }
        return found.count == 1 ? found[0].value : nil
    }

    private mutating func readComment(_ line: Substring) throws {
        let parts = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4 else { throw Fault(description: "\(line)") }
        let name = String(parts[2])
        if parts[1] == "TYPE" {
            guard types.updateValue(String(parts[3]), forKey: name) == nil else {
                throw Fault(description: "a second TYPE of \(name)")
            }
        } else {
            guard helps.updateValue(String(parts[3]), forKey: name) == nil else {
                throw Fault(description: "a second HELP of \(name)")
            }
        }
    }

    private static func sample(_ line: Substring) throws -> Sample {
        var rest = line
        let name = rest.prefix { $0 != "{" && $0 != " " }
        rest = rest.dropFirst(name.count)
        var labels: [String: String] = [:]
        if rest.first == "{" {
            rest = rest.dropFirst()
            while let first = rest.first, first != "}" {
                let label = rest.prefix { $0 != "=" }
                rest = rest.dropFirst(label.count)
                guard rest.hasPrefix("=\"") else { throw Fault(description: "\(line)") }
                rest = rest.dropFirst(2)
                guard labels.updateValue(try value(&rest), forKey: String(label)) == nil else {
                    throw Fault(description: "the label \(label) twice: \(line)")
                }
                if rest.first == "," { rest = rest.dropFirst() }
            }
            rest = rest.dropFirst()
        }
        let words = rest.split(separator: " ")
        guard words.count == 1, let value = Double(words[0].replacing("+Inf", with: "inf")) else {
            throw Fault(description: "not one value: \(line)")
        }
        return Sample(name: String(name), labels: labels, value: value)
    }

    private static func value(_ rest: inout Substring) throws -> String {
        var scalars = rest.unicodeScalars
        var value = String.UnicodeScalarView()
        while let scalar = scalars.popFirst() {
            switch scalar {
            case "\"":
                rest = Substring(scalars)
                return String(value)
            case "\\":
                switch scalars.popFirst() {
                case "n": value.append("\n")
                case "\\": value.append("\\")
                case "\"": value.append("\"")
                default: throw Fault(description: "no such escape")
                }
            default: value.append(scalar)
            }
        }
        throw Fault(description: "a label without an end")
    }
}
