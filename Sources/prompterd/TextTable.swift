import PrompterCore

/// Rows under headings, for people: columns that say nothing are left out, and a cell that does not fit the terminal goes on in
/// the line below, so that no two names look alike.
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

    /// The narrowest that a column becomes.
    private static let narrowest = 3
    /// What stands between two columns.
    private static let gap = 2

    private let header: [String]
    private let dispensable: [String]
    private var rows: [(cells: [String], tone: Tone)] = []

    /// - Parameter dispensable: the headings of columns that a narrow terminal does not show, the first one first.
    init(_ header: [String], dispensable: [String] = []) {
        self.header = header
        self.dispensable = dispensable
    }

    /// - Parameter cells: one for each column, from outside or not: they are made safe here.
    mutating func add(_ cells: [String], tone: Tone = .plain) {
        rows.append((cells.map { SafeText($0, limit: 1024).description }, tone))
    }

    /// - Parameters:
    ///   - width: of the terminal; `nil` for none, and for a line a row.
    ///   - hasHeader: whether the headings are shown.
    func text(width: Int?, isColoured: Bool, hasHeader: Bool = true) -> String {
        var columns = header.indices.filter { column in rows.contains { !$0.cells[column].isEmpty } }
        let lines =
            (hasHeader ? [(cells: header, code: Optional("1"))] : [])
            + rows.map { (cells: $0.cells, code: $0.tone.code) }
        func widest(_ measure: (String) -> Int) -> [Int] {
            columns.map { column in lines.map { measure($0.cells[column]) }.max() ?? 0 }
        }
        var widths = widest(TextWidth.of)
        if let width {
            for heading in dispensable where Self.total(widths) > width {
                columns.removeAll { header[$0] == heading }
                widths = widest(TextWidth.of)
            }
            Self.fit(&widths, notBelow: widest(Self.longestWord), into: width)
            Self.fit(&widths, notBelow: widths.map { _ in Self.narrowest }, into: width)
        }
        return lines.flatMap { cells, code in
            Self.lines(columns.map { cells[$0] }, widths).map { line in
                isColoured ? code.map { "\u{1B}[\($0)m\(line)\u{1B}[0m" } ?? line : line
            }
        }.joined(separator: "\n")
    }

    private static func total(_ widths: [Int]) -> Int {
        widths.reduce(0, +) + gap * (widths.count - 1)
    }

    private static func longestWord(in cell: String) -> Int {
        cell.split(separator: " ").map(TextWidth.of).max() ?? 0
    }

    /// Takes from the widest column that may become narrower, until all fit.
    private static func fit(_ widths: inout [Int], notBelow least: [Int], into width: Int) {
        while total(widths) > width,
            let widest = widths.indices.filter({ widths[$0] > least[$0] }).max(by: { widths[$0] < widths[$1] })
        { widths[widest] -= 1 }
    }

    private static func lines(_ cells: [String], _ widths: [Int]) -> [String] {
        let pieces = zip(cells, widths).map { Self.pieces(of: $0, width: $1) }
        return (0..<(pieces.map(\.count).max() ?? 0)).map { number in
            var line = ""
            for (pieces, width) in zip(pieces, widths) {
                let piece = number < pieces.count ? pieces[number] : ""
                line += piece + String(repeating: " ", count: max(0, width - TextWidth.of(piece)) + gap)
            }
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }

    /// `cell` in lines of at most `width` columns, broken between words where they are not too long.
    private static func pieces(of cell: String, width: Int) -> [Substring] {
        var (pieces, rest) = ([Substring](), cell[...])
        while TextWidth.of(rest) > width {
            var (end, taken) = (rest.startIndex, 0)
            // One at least, or it would go on for ever.
            repeat {
                taken += TextWidth.of(rest[end])
                rest.formIndex(after: &end)
            } while end < rest.endIndex && taken + TextWidth.of(rest[end]) <= width
            if end < rest.endIndex, rest[end] != " " { end = goodBreak(in: rest[..<end]) ?? end }
            pieces.append(rest[..<end])
            rest = rest[end...].drop { $0 == " " }
        }
        return rest.isEmpty && !pieces.isEmpty ? pieces : pieces + [rest]
    }

    /// Behind the last space, or else behind the last of a name's separators that leaves more than half of the line.
    private static func goodBreak(in line: Substring) -> Substring.Index? {
        if let space = line.lastIndex(of: " ") { return line.index(after: space) }
        guard let mark = line.lastIndex(where: { "-/:_.".contains($0) }) else { return nil }
        return line[...mark].count * 2 > line.count ? line.index(after: mark) : nil
    }
}
