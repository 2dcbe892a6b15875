import ArgumentParser
import LinuxHost
import PrompterDaemon

/// The command line's root.
@main
struct Prompterd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prompterd",
        abstract: "Notices when an LLM provider changes the model behind a name.",
        discussion: """
            prompterd reads a watchlist (JSON), probes each watched model at its interval, keeps the versions it sees in \
            an SQLite database, and writes Prometheus metrics for node_exporter's textfile collector.

            Exit status: 0 done; 1 the command failed (an invalid watchlist at `check`, a failed probe, trouble that `doctor` \
            found); 64 invalid command line; 74 not everything could be recorded before exit, or `run --once` gave up on a \
            full disk; 75 another `run` is using the database; 78 the watchlist or a setting is invalid, or a file can't be \
            used.

            Most options can also be set by an environment variable. Their help names it in brackets, followed by the default; \
            the option takes precedence.
            """,
        version: Settings.version,
        subcommands: [
            RunCommand.self, CheckCommand.self, ProbeCommand.self, StatusCommand.self, HistoryCommand.self,
            VersionsCommand.self, ReplayCommand.self, ExportCommand.self, ImportCommand.self, DoctorCommand.self,
        ])

    static func main() async {
        // First, since SIGHUP ends whoever has not yet taken the signals over.
        if CommandLine.arguments.dropFirst().first == "run" { Signals.ignoreReloads() }
        Console.replaceClosedStreams()
        CrashMessages.silence()
        DispatchMessages.silence()
        await main(nil)
    }
}
