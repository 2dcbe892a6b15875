import ArgumentParser
import LinuxHost

/// The command line's root.
@main
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prompterd-bench",
        abstract: "Measures prompterd itself, alone and beside others; no provider is called.",
        discussion: "Compare only figures from the same machine and run; build with -c release.",
        subcommands: [
            PipelineBench.self, HTTPBench.self, ScheduleBench.self, TextfileBench.self, WatchlistBench.self,
            StartBench.self, IdleBench.self, TickBench.self, APIBench.self, HistoryBench.self, YearBench.self,
            CompareBench.self, OperationBench.self, ProviderCommand.self,
        ])

    static func main() async {
        let signals = await Leftovers.removeAtSignals()
        await main(nil)
        signals.cancel()
    }
}
