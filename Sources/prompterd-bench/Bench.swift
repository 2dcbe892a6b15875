import ArgumentParser

/// The command line's root.
@main
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prompterd-bench",
        abstract: "Measures prompterd with stub probes: what it does itself, without any provider's time.",
        discussion: "Compare figures of one machine and one run only; build with -c release.",
        subcommands: [PipelineBench.self, ScheduleBench.self, HistoryBench.self, YearBench.self])
}
