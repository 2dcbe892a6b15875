import ArgumentParser
import LinuxHost
import PrompterDaemon

/// `prompterd run`
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Watch until SIGTERM or SIGINT; SIGHUP reloads the watchlist.")

    @OptionGroup var options: RunOptions

    @Flag(help: "Probe every target once for its current slot, then exit; status 1 if any failed.")
    var once = false

    func run() async throws {
        let settings = try options.settings()
        let log = try options.common.makeLog()
        OpenFiles.raiseLimit()
        do {
            // Under `--once` somebody is there to read what is wrong with the list.
            try await Supervisor(settings, log: log).run(once: once)
        } catch {
            throw ExitStatus.say(error, in: log)
        }
    }
}
