import ArgumentParser
import LinuxHost
import PrompterCore
import PrompterDaemon
import SQLiteVersions

/// `prompterd status`
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show the watches: version, state, last success, next due, last event, trouble.",
        discussion: """
            It reads the database, whether or not the daemon is running. STATE is the state of the version: new (first seen \
            in the latest answers), live (serving now) or retired (not seen for so long that it counts as gone). \
            CONFIDENCE is what the best signal is worth: proven (it names what answered), alias (it names something \
            that is not pinned), echo (it repeats the name that was asked for), noisy or absent.
            """)

    @OptionGroup var options: AskOptions

    func run() throws {
        let reports = try options.ask { archive throws(SQLiteStoreError) in
            try archive.watches(matching: options.watches)
        }
        let now = Moment.now.wall
        switch options.format {
        case .text:
            guard !reports.isEmpty else {
                Console.complain(options.none("watches"))
                return
            }
            try Console.show(StatusTable(reports, at: now).text(width: Console.width, isColoured: Console.isColoured))
        case .json: try Console.show(JSONValue.array(reports.map { Self.json($0, at: now) }).text)
        }
    }

    private static func json(_ report: WatchReport, at now: Timestamp) -> JSONValue {
        let hasLife = report.life.successes > 0
        let versions = report.versions.map { version in
            JSONValue.object(
                JSONMembers.version(version) + [
                    .init(
                        "state", JSONMembers.text(hasLife ? report.life.state(of: version.identity).rawValue : nil))
                ])
        }
        let signals = report.life.signals.map { life in
            JSONValue.JSONMember(
                life.signal.rawValue, .string(life.confidence(model: report.watch.model).rawValue))
        }
        return .object(
            JSONMembers.watch(report.watch) + [
                .init("target", .string(report.target.hexadecimal)),
                .init("interval_seconds", .integer(report.interval.milliseconds / 1000)),
                .init("last_attempt_at", JSONMembers.time(report.lastAttempt)),
                .init("last_success_at", JSONMembers.time(report.lastSuccess)),
                .init("next_due_at", JSONMembers.time(report.nextDue(at: now))),
                .init("failure", JSONMembers.text(report.failure?.rawValue)),
                .init("failures", .integer(report.failures)),
                .init("lookup_failure", JSONMembers.text(report.lookupFailure?.rawValue)),
                .init("stand_off", report.standOff(at: now).map(JSONMembers.standOff) ?? .null),
                .init("versions", .array(versions)),
                .init("state", JSONMembers.text(report.state?.rawValue)),
                .init("confidence", JSONMembers.text(hasLife ? report.confidence.rawValue : nil)),
                .init("signals", .object(signals)),
                .init("expect", report.expectation.map { .array($0.patterns.map { .string($0) }) } ?? .null),
                .init("expectation_met", report.isExpectationMet.map { .bool($0) } ?? .null),
                .init(
                    "last_event",
                    report.lastEvent.map { .object(JSONMembers.event($0, model: report.watch.model)) } ?? .null),
                .init("retirement_at", JSONMembers.time(report.life.retirement)),
            ])
    }
}
