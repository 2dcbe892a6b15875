import ArgumentParser
import LinuxHost
import PrompterCore
import PrompterDaemon
import SQLiteVersions

/// `prompterd status`
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show the watches: version, last success, next due, trouble.",
        discussion: "It reads the database, beside a running daemon or without one.")

    @OptionGroup(title: "Which watches") var filter: FilterOptions
    @Option(help: "Only watches of this template.")
    var template: String?
    @OptionGroup var database: DatabaseOption
    @Option(help: "text or json.")
    var format = OutputFormat.text

    func run() throws {
        let reports: [WatchReport]
        do {
            reports = try Archive(path: database.path).watches(matching: filter.filter(template: template))
        } catch {
            Console.complain("\(error)")
            throw ExitStatus.unusable
        }
        let now = Moment.now.wall
        switch format {
        case .text: print(StatusTable(reports, at: now).text(width: Console.width, isColoured: Console.isColoured))
        case .json: print(JSONValue.array(reports.map { Self.json($0, at: now) }).text)
        }
    }

    private static func json(_ report: WatchReport, at now: Timestamp) -> JSONValue {
        func time(_ time: Timestamp?) -> JSONValue { time.map { .string($0.iso8601Milliseconds) } ?? .null }
        let versions = report.versions.map { version in
            JSONValue.object([
                .init("provider_version_key", .string(version.identity.key)),
                .init("resolved_model", version.identity.resolvedModel.map { .string($0) } ?? .null),
                .init("fingerprint", version.identity.fingerprint.map { .string($0) } ?? .null),
                .init("first_seen_at", time(version.firstSeen)), .init("last_seen_at", time(version.lastSeen)),
                .init("sightings", .integer(version.sightings)),
            ])
        }
        return .object([
            .init("org", .string(report.watch.org)), .init("workspace", .string(report.watch.workspace)),
            .init("template", .string(report.watch.template)), .init("provider", .string(report.watch.provider)),
            .init("model", .string(report.watch.model)), .init("target", .string(report.target.hexadecimal)),
            .init("interval_seconds", .integer(report.interval.milliseconds / 1000)),
            .init("last_attempt_at", time(report.lastAttempt)), .init("last_success_at", time(report.lastSuccess)),
            .init("next_due_at", time(report.nextDue(at: now))),
            .init("failure", report.failure.map { .string($0.rawValue) } ?? .null),
            .init("failures", .integer(report.failures)), .init("versions", .array(versions)),
        ])
    }
}
