import ArgumentParser
import LinuxHost
import PrompterCore

/// `prompterd-bench tick`: whether the scheduler's work grows with the number of targets of which few are due.
struct TickBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tick",
        abstract: "What a tick of the scheduler costs with N targets, of which about one is due.",
        discussion: "In virtual time: guard, provider and database answer at once, and their time is counted, too.")

    @Option(help: "How many targets.") var targets = 100_000
    @Option(help: "How many ticks.") var ticks = 50_000
    @Option(help: "text or json.") var format = Figures.Format.text

    func run() throws {
        // As many seconds as targets: one is due each second, on average.
        let list = BenchWatchlist.make(targets: targets, interval: .seconds(targets), concurrency: 64)
        var machine = VirtualMachine(list, at: Moment.now)
        // The first ones find tables that are still to grow.
        for _ in 0..<1000 { machine.tick() }
        let (before, probes) = (Resources.now, machine.probes)
        for _ in 0..<ticks { machine.tick() }
        let after = Resources.now
        var figures = Figures()
        figures.add("targets", Double(targets))
        figures.add("ticks", Double(ticks))
        figures.add("probes", Double(machine.probes - probes))
        figures.add("ticks_per_second", Double(ticks) / (after.cpuSeconds - before.cpuSeconds))
        figures.add("cpu_seconds_per_tick", (after.cpuSeconds - before.cpuSeconds) / Double(ticks))
        figures.add("peak_memory_bytes", Double(after.peakMemoryBytes))
        print(figures.text(format))
    }
}
