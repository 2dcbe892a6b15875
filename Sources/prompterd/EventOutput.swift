import PrompterCore

/// Events as `history` and `replay` write them.
enum EventOutput {
    /// - Parameter none: what is said where there are none.
    /// - Throws: the exit status where they can't be written.
    static func write(_ reports: [EventReport], as format: OutputFormat, none: String) throws {
        switch format {
        case .json: try Console.show(JSONValue.array(reports.map(json)).text)
        case .text:
            guard !reports.isEmpty else {
                // On standard error, so that who counts lines counts none.
                Console.complain(none)
                return
            }
            var table = TextTable(["TIME", "MODEL", "SEVERITY", "EVENT"])
            for report in reports {
                let event = report.event
                table.add(
                    [
                        event.time.iso8601, "\(report.provider)/\(report.model)", event.severity.rawValue,
                        event.text(model: report.model) + (report.isCorrected ? " (later retracted)" : ""),
                    ], tone: report.isCorrected ? .faint : event.severity == .major ? .bad : .plain)
            }
            try Console.show(table.text(width: Console.width, isColoured: Console.isColoured, hasHeader: false))
        }
    }

    private static func json(_ report: EventReport) -> JSONValue {
        .object(
            JSONMembers.event(report.event, model: report.model) + [
                .init("recorded_at", JSONMembers.time(report.recordedAt)),
                .init("corrected", .bool(report.isCorrected)), .init("provider", .string(report.provider)),
                .init("model", .string(report.model)), .init("target", .string(report.event.target.hexadecimal)),
                .init("watches", .array(report.watches.map { .object(JSONMembers.watch($0)) })),
            ])
    }
}
