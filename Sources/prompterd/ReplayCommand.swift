import ArgumentParser
import PrompterCore

/// `prompterd replay`
struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Show the events that the daemon would have reported for recorded answers.",
        discussion: """
            FILE contains JSON Lines: the output of `prompterd export`, or lines of your own logs, each with time, provider and \
            model (as asked) and any of resolved_model, fingerprint, digest, metadata, confirmation (true) and outcome \
            (success, or the failure), as config/README.md documents them.

            No provider is called and no database is needed. Lines may be up to 10,000 lines late. Each line that can't be \
            replayed is shown with its number; the others are replayed, and the exit status is 1.
            """)

    /// The most errors that are shown.
    private static let mostErrors = 100

    @Argument(help: "The file, or - for standard input.")
    var file = "-"

    @Option(help: "text or json.")
    var format = OutputFormat.text

    func run() throws {
        let progress = Progress("lines")
        let name = file == "-" ? "standard input" : "\(SafeText(file, limit: 4096))"
        var replay = Replay()
        var (reports, errors) = ([EventReport](), 0)
        func take(_ outcomes: [Replay.Outcome]) {
            for outcome in outcomes {
                switch outcome {
                case .event(let report): reports.append(report)
                case .complaint(let complaint):
                    errors += 1
                    progress.end()
                    if errors <= Self.mostErrors { Console.complain("\(name):\(complaint)") }
                }
            }
            progress.report(replay.lines)
        }
        do {
            try ImportSource.stream(file) { take(replay.take($0)) }
        } catch let error as ImportSource.Unreadable {
            progress.end()
            Console.complain("\(error)")
            throw ExitStatus.unusable
        }
        take(replay.finish())
        progress.end()
        reports.sort { $0.event.time < $1.event.time }
        // Of lines without an answer more is said below.
        if !reports.isEmpty || format == .json || replay.findings > 0 {
            try EventOutput.write(reports, as: format, none: "no events")
        }
        say(of: replay, name)
        if errors > 0 {
            let more = errors > Self.mostErrors ? " (\(Self.mostErrors) shown)" : ""
            Console.complain("\(name): \(errors) \(errors == 1 ? "line" : "lines") can't be replayed\(more)")
            throw ExitStatus.failed
        }
        guard replay.findings > 0 else {
            Console.complain("\(name): it contains no answers to replay")
            throw ExitStatus.failed
        }
    }

    private func say(of replay: Replay, _ name: String) {
        if replay.tallies > 0 {
            Console.complain(
                "\(name): \(replay.tallies) daily tallies can't be replayed; the events start with the first single observation"
            )
        }
        if !replay.unknownMembers.isEmpty {
            let names = replay.unknownMembers.map { "\(SafeText($0))" }.joined(separator: ", ")
            Console.complain("\(name): ignored members: \(names)")
        }
    }
}
