import ArgumentParser
import Glibc

/// `prompterd-bench provider`: a provider for the benches, where the references have none. It takes the same options as theirs.
struct ProviderCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "provider", abstract: "Answer probes, and keep a log of what arrives.", shouldDisplay: false)

    @Option(name: .shortAndLong, help: "Where it listens.") var port: UInt16
    @Option(name: .shortAndLong, help: "How long each answer takes, in milliseconds.") var delay = 0

    func run() throws {
        mkdir("logs", 0o755)
        var loop = try ProviderLoop(port: port, delay: delay)
        loop.run()
    }
}
