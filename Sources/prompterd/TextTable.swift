import PrompterCore

/// Rows under headings, for people: columns that say nothing are left out, and what does not fit the terminal is cut.
struct TextTable {
    /// How a row is shown on a terminal with colour.
    enum Tone {
        case plain, bad, faint

        fileprivate var code: String? {
            switch self {
            case .plain: nil
            case .bad: "31"
            case .faint: "2"
            }
        }
    }

    /// The narrowest that a column is cut to.
    private static let narrowest = 8

    private let header: [String]
    private var rows: [(cells: [String], tone: Tone)] = []

    init(_ header: [String]) {
        self.header = header
    }

    /// - Parameter cells: one for each column, from outside or not: they are made safe here.
    mutating func add(_ cells: [String], tone: Tone = .plain) {
        rows.append((cells.map { SafeText($0, limit: 1024).description }, tone))
    }

    /// - Parameters:
    ///   - width: of the terminal; `nil` for none, and for no cut.
    ///   - hasHeader: whether the headings are shown.
    func text(width: Int?, isColoured: Bool, hasHeader: Bool = true) -> String {
        let columns = header.indices.filter { column in rows.contains { !$0.cells[column].isEmpty } }
        let lines =
            (hasHeader ? [(cells: header, code: Optional("1"))] : [])
            + rows.map { (cells: $0.cells, code: $0.tone.code) }
        var widths = columns.map { column in lines.map { $0.cells[column].count }.max() ?? 0 }
        if let width { Self.fit(&widths, into: width) }
        return lines.map { cells, code in
            let line = Self.line(columns.map { cells[$0] }, widths)
            return isColoured ? code.map { "\u{1B}[\($0)m\(line)\u{1B}[0m" } ?? line : line
        }.joined(separator: "\n")
    }

    private static func fit(_ widths: inout [Int], into width: Int) {
        while widths.reduce(0, +) + 2 * (widths.count - 1) > width,
            let widest = widths.indices.max(by: { widths[$0] < widths[$1] }), widths[widest] > narrowest
        { widths[widest] -= 1 }
    }

    private static func line(_ cells: [String], _ widths: [Int]) -> String {
        var line = ""
        for (cell, width) in zip(cells, widths) {
            let shown = cell.count > width ? cell.prefix(width - 1) + "…" : cell[...]
            line += shown + String(repeating: " ", count: width - shown.count + 2)
        }
        return String(line.reversed().drop { $0 == " " }.reversed())
    }
}
