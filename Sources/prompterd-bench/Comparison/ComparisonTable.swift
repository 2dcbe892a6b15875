import PrompterCore

/// The comparison as it is shown: a line a row, and why figures are missing.
struct ComparisonTable {
    /// A row with what was measured of it.
    struct Line {
        let row: ComparisonRow
        /// Medians over the rounds; `nil` where there is no figure.
        let own: Double?
        let beside: Double?
        /// The median of the rounds' ratios: both of a round met the same machine.
        let ratio: Double?
        let isMet: Bool?

        init(_ row: ComparisonRow, _ rounds: [(own: Double?, beside: Double?)], isJudged: Bool = true) {
            self.row = row
            own = Self.median(rounds.compactMap(\.own))
            beside = Self.median(rounds.compactMap(\.beside))
            ratio = Self.median(
                rounds.compactMap { round in
                    guard let own = round.own, let beside = round.beside else { return nil }
                    return row.goal.ratio(own: own, beside: beside)
                })
            isMet = isJudged ? own.flatMap { [ratio] in row.goal.isMet(own: $0, ratio: ratio) } : nil
        }

        private static func median(_ values: [Double]) -> Double? {
            values.isEmpty ? nil : Figures.percentile(0.5, of: values.sorted())
        }
    }

    let lines: [Line]
    let notes: [String]

    /// A table in Markdown, with its columns aligned.
    var text: String {
        let head = ["work", "prompterd", "beside it", "ratio", "goal", "met"]
        let cells = lines.map { line in
            let unit = line.row.unit
            let beside = line.row.beside.map { source in
                "\(source.name) \(line.beside.map(unit.text) ?? "–")"
            }
            return [
                line.row.work, line.own.map(unit.text) ?? "–", beside ?? "",
                line.ratio.map(ComparisonRow.Goal.factor) ?? (line.row.beside == nil ? "" : "–"),
                line.row.goal.text(unit), line.isMet.map { $0 ? "yes" : "no" } ?? "–",
            ]
        }
        let widths = head.indices.map { column in ([head] + cells).map { $0[column].count }.max() ?? 0 }
        func line(_ cells: [String]) -> String {
            let padded = zip(cells, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
            return "| \(padded.joined(separator: " | ")) |"
        }
        let rule = "|\(widths.map { String(repeating: "-", count: $0 + 2) }.joined(separator: "|"))|"
        return ([line(head), rule] + cells.map(line) + (notes.isEmpty ? [] : [""]) + notes.map { "– \($0)" })
            .joined(separator: "\n")
    }

    var json: JSONValue {
        func number(_ value: Double?) -> JSONValue { value.map { .number("\($0)") } ?? .null }
        let rows = lines.map { line in
            JSONValue.object([
                .init("topic", .string(line.row.topic)), .init("work", .string(line.row.work)),
                .init("own", number(line.own)), .init("beside", number(line.beside)),
                .init("beside_name", line.row.beside.map { .string($0.name) } ?? .null),
                .init("ratio", number(line.ratio)), .init("goal", .string(line.row.goal.text(line.row.unit))),
                .init("met", line.isMet.map(JSONValue.bool) ?? .null),
            ])
        }
        return .object([.init("rows", .array(rows)), .init("notes", .array(notes.map(JSONValue.string)))])
    }
}
