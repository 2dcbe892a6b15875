import ArgumentParser
import PrompterCore
import PrompterDaemon
import SQLiteVersions

/// `prompterd versions`
struct VersionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "versions", abstract: "Show every version of each watch: first and last seen, share, state.",
        discussion: """
            It reads the database, whether or not the daemon is running. SHARE is a version's share of its target's \
            sightings; STATE is empty for versions of a target that the watch no longer points to.
            """)

    @OptionGroup var options: AskOptions

    func run() throws {
        let progress = Progress("watches")
        let reports = try options.ask { archive throws(SQLiteStoreError) in
            try archive.versions(matching: options.watches) { progress.report($0, of: $1) }
        }
        progress.end()
        switch options.format {
        case .json: try Console.show(JSONValue.array(reports.map(Self.json)).text)
        case .text:
            guard !reports.isEmpty else {
                Console.complain(options.none("versions"))
                return
            }
            try Console.show(Self.table(reports).text(width: Console.width, isColoured: Console.isColoured))
        }
    }

    private static func table(_ reports: [VersionReport]) -> TextTable {
        let withOrg = Set(reports.map { "\($0.watch.org)/\($0.watch.workspace)" }).count > 1
        var table = TextTable(
            [
                "ORG/WORKSPACE", "TEMPLATE", "PROVIDER", "MODEL", "VERSION", "RESOLVED MODEL", "FIRST SEEN",
                "LAST SEEN", "SHARE", "STATE", "CONFIDENCE",
            ], dispensable: ["CONFIDENCE", "FIRST SEEN"])
        for report in reports {
            let version = report.version
            let model = version.identity.resolvedModel
            table.add(
                [
                    withOrg ? "\(report.watch.org)/\(report.watch.workspace)" : "", report.watch.template,
                    report.watch.provider, report.watch.model, version.identity.name,
                    model == version.identity.key ? "" : model ?? "", minute(version.firstSeen),
                    minute(version.lastSeen), percent(report.share), report.state?.rawValue ?? "",
                    report.confidence.map { "\($0.signal.rawValue) \($0.confidence.rawValue)" }
                        .joined(separator: ", "),
                ], tone: report.state == .retired || !report.isBound ? .faint : .plain)
        }
        return table
    }

    /// `2026-11-17T14:00Z`, as `--at` reads it.
    private static func minute(_ time: Timestamp) -> String { "\(time.iso8601.prefix(16))Z" }

    private static func percent(_ share: Double) -> String {
        let tenths = Int((share * 1000).rounded())
        return "\(tenths / 10).\(tenths % 10)%"
    }

    private static func json(_ report: VersionReport) -> JSONValue {
        .object(
            JSONMembers.watch(report.watch) + [
                .init("target", .string(report.target.hexadecimal)), .init("bound", .bool(report.isBound)),
            ] + JSONMembers.version(report.version) + [
                .init("share", JSONMembers.share(report.share)), .init("source", .string(report.source)),
                .init("state", JSONMembers.text(report.state?.rawValue)),
                .init(
                    "confidence",
                    .object(report.confidence.map { .init($0.signal.rawValue, .string($0.confidence.rawValue)) })),
            ])
    }
}
