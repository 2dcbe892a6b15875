import PrompterCore

/// `prompterd status` for people.
struct StatusTable {
    private let reports: [WatchReport]
    private let now: Timestamp

    init(_ reports: [WatchReport], at now: Timestamp) {
        self.reports = reports
        self.now = now
    }

    /// The table, its widest columns cut where it would not fit into `width` columns.
    func text(width: Int?, isColoured: Bool) -> String {
        guard !reports.isEmpty else { return "no watches; is this the database of a daemon that has run?" }
        let withOrg = Set(reports.map { "\($0.watch.org)/\($0.watch.workspace)" }).count > 1
        let header =
            (withOrg ? ["ORG/WORKSPACE"] : []) + [
                "TEMPLATE", "PROVIDER", "MODEL", "VERSION", "LAST SUCCESS", "NEXT DUE", "TROUBLE",
            ]
        let rows = reports.map { report in
            (withOrg ? ["\(report.watch.org)/\(report.watch.workspace)"] : [])
                + [
                    report.watch.template, report.watch.provider, report.watch.model, version(report),
                    report.lastSuccess.map { "\(DurationText.brief(now - $0)) ago" } ?? "never",
                    "in \(DurationText.brief(report.nextDue(at: now) - now))", trouble(report),
                ].map { SafeText($0).description }
        }
        var widths = header.indices.map { column in ([header] + rows).map { $0[column].count }.max() ?? 0 }
        if let width {
            while widths.reduce(0, +) + 2 * (widths.count - 1) > width,
                let widest = widths.indices.max(by: { widths[$0] < widths[$1] }),
                widths[widest] > 8
            { widths[widest] -= 1 }
        }
        let lines = ([header] + rows).enumerated().map { index, row in
            let line = Self.line(row, widths)
            guard isColoured else { return line }
            if index == 0 { return "\u{1B}[1m\(line)\u{1B}[0m" }
            return reports[index - 1].failure == nil ? line : "\u{1B}[31m\(line)\u{1B}[0m"
        }
        return lines.joined(separator: "\n")
    }

    private static func line(_ cells: [String], _ widths: [Int]) -> String {
        var line = ""
        for (cell, width) in zip(cells, widths) {
            let shown = cell.count > width ? cell.prefix(width - 1) + "…" : cell[...]
            line += shown + String(repeating: " ", count: width - shown.count + 2)
        }
        return String(line.reversed().drop { $0 == " " }.reversed())
    }

    private func version(_ report: WatchReport) -> String {
        guard let version = report.versions.first else { return "-" }
        return report.versions.count > 1
            ? "\(version.identity.key) (+\(report.versions.count - 1))" : version.identity.key
    }

    private func trouble(_ report: WatchReport) -> String {
        guard let failure = report.failure else { return "" }
        return report.failures > 1 ? "\(failure.rawValue) (\(report.failures) times)" : failure.rawValue
    }
}
