import ArgumentParser
import PrompterCore

/// What a run measured, in the order it is shown.
struct Figures {
    enum Format: String, ExpressibleByArgument {
        case text, json
    }

    private var rows: [(name: String, value: Double)] = []

    /// - Parameter name: with its unit at the end, as a metric has it.
    mutating func add(_ name: String, _ value: Double) {
        rows.append((name, value))
    }

    func text(_ format: Format) -> String {
        switch format {
        case .json:
            return json.text
        case .text:
            let width = rows.map(\.name.count).max() ?? 0
            return rows.map {
                "\($0.name)\(String(repeating: " ", count: width - $0.name.count))  \(Self.number($0.value))"
            }
            .joined(separator: "\n")
        }
    }

    var json: JSONValue { .object(rows.map { .init($0.name, .number(Self.number($0.value))) }) }

    private static func number(_ value: Double) -> String {
        if value == value.rounded(), abs(value) < 1e15 { return String(Int64(value)) }
        return String((value * 1e6).rounded() / 1e6)
    }

    /// The value below which the share `share` of the sorted `values` lies; 0 where there are none.
    static func percentile(_ share: Double, of values: [Double]) -> Double {
        values.isEmpty ? 0 : values[min(values.count - 1, Int(Double(values.count) * share))]
    }
}
