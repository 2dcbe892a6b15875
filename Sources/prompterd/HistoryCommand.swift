import ArgumentParser
import LinuxHost
import PrompterCore
import PrompterDaemon
import SQLiteVersions

/// `prompterd history`
struct HistoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Show the events; with --at, which version served each watch at a time.",
        discussion: """
            It reads the database, whether or not the daemon is running. Times are ISO 8601 (2026-11-17, 2026-11-17T14:00Z; \
            UTC if no zone is given) or a duration ago (7d).

            --at answers observed (a success in the same slot), bracketed (the last success before and the first after agree, \
            each within three intervals), one of {…} (they differ, there is only one of them, or the slot has several), or \
            unknown (no success within three intervals).
            """)

    @Option(help: ArgumentHelp("Events since this time (default: 30d).", valueName: "time"))
    var since: String?
    @Option(help: ArgumentHelp("Events before this time (default: now).", valueName: "time"))
    var until: String?
    @Option(help: ArgumentHelp("Which version served each watch at this time.", valueName: "time"))
    var at: String?
    @OptionGroup var options: AskOptions

    func validate() throws {
        guard at == nil || since == nil && until == nil else {
            throw ValidationError("--at takes one time; omit --since and --until")
        }
    }

    func run() throws {
        let now = Moment.now.wall
        if let at {
            let time = try TimeOption.read(at, of: "at", at: now)
            guard time <= now else {
                throw ValidationError("--at \(SafeText(at)) is in the future")
            }
            try showServed(at: time)
        } else {
            let since = try TimeOption.read(since ?? "30d", of: "since", at: now)
            // Another instance's clock may be ahead of this one's.
            let until =
                try until.map { try TimeOption.read($0, of: "until", at: now) }
                ?? max(since, now + Recorded.clockTolerance)
            guard since <= until else { throw ValidationError("--since is later than --until") }
            try showEvents(in: since..<until)
        }
    }

    private func showEvents(in times: Range<Timestamp>) throws {
        let progress = Progress("targets")
        let reports = try options.ask { archive throws(SQLiteStoreError) in
            try archive.events(in: times, matching: options.watches) { progress.report($0, of: $1) }
        }
        progress.end()
        try EventOutput.write(reports, as: options.format, none: "no events since \(times.lowerBound.iso8601)")
    }

    private func showServed(at time: Timestamp) throws {
        let progress = Progress("watches")
        let reports = try options.ask { archive throws(SQLiteStoreError) in
            try archive.served(at: time, matching: options.watches) { progress.report($0, of: $1) }
        }
        progress.end()
        switch options.format {
        case .json:
            let watches = reports.map { report in
                JSONValue.object(
                    JSONMembers.watch(report.watch) + [
                        .init("target", .string(report.target.hexadecimal)), .init("at", JSONMembers.time(time)),
                        .init("answer", .string(report.answer.name)),
                        .init("versions", .array(report.answer.versions.map { .object(JSONMembers.identity($0)) })),
                    ])
            }
            try Console.show(JSONValue.array(watches).text)
        case .text:
            guard !reports.isEmpty else {
                Console.complain("nothing was watched at \(time.iso8601)")
                return
            }
            let withOrg = Set(reports.map { "\($0.watch.org)/\($0.watch.workspace)" }).count > 1
            var table = TextTable(["ORG/WORKSPACE", "TEMPLATE", "PROVIDER", "MODEL", "SERVED BY"])
            for report in reports {
                table.add(
                    [
                        withOrg ? "\(report.watch.org)/\(report.watch.workspace)" : "", report.watch.template,
                        report.watch.provider, report.watch.model, Self.text(report.answer),
                    ])
            }
            try Console.show(table.text(width: Console.width, isColoured: Console.isColoured))
        }
    }

    private static func text(_ answer: ServedVersion<VersionIdentity>) -> String {
        switch answer {
        case .observed(let version): "\(name(version)) (observed)"
        case .bracketed(let version): "\(name(version)) (bracketed)"
        case .oneOf(let versions): "one of {\(versions.map(name).joined(separator: ", "))}"
        case .unknown: "unknown"
        }
    }

    /// Neither a fingerprint nor a digest says which model it is of.
    private static func name(_ version: VersionIdentity) -> String {
        guard let model = version.resolvedModel, model != version.key else { return version.name }
        return "\(model) \(version.name)"
    }
}
