import ArgumentParser
import Foundation
import PrompterCore

/// `prompterd-bench compare`: prompterd beside others that do the same work, and what it is to reach.
struct CompareBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Run prompterd and what it is measured against, alternating, and print the ratios.",
        discussion: """
            Whatever can't be run is left out with the reason. Figures are medians; what the machine does meanwhile stands below \
            the table. deploy/compare installs what is needed.
            """)

    @Option(help: "How many times each is run.") var times = 3
    @Option(
        help: ArgumentHelp(
            "Only these topics: pipeline, redis, growth, http, schedule, watches, start, idle, textfile.",
            valueName: "topic"))
    var only: [String] = []
    @Flag(help: "Once, and shortly: to see that all works.") var quick = false
    @Option(help: "A Python with the packages of the references [.build/references/bin/python, or python3].")
    var python: String?
    @OptionGroup var references: ReferenceOptions
    @OptionGroup var daemon: DaemonOptions

    private var rows: [ComparisonRow] {
        Goals.rows(isQuick: quick).filter { only.isEmpty || only.contains($0.topic) }
    }

    func validate() throws {
        let topics = Set(Goals.rows(isQuick: true).map(\.topic))
        for topic in only where !topics.contains(topic) {
            throw ValidationError("--only should be one of \(topics.sorted().joined(separator: ", ")), not \(topic)")
        }
    }

    func run() throws {
        let folder = try BenchFolder(in: daemon.folder)
        let redis = RedisServer(in: folder.path)
        var comparison = try Comparison(
            rows,
            Comparison.Site(
                references: References(references.folder, python: interpreter, isQuick: quick, in: folder.path),
                source: references.folder, program: daemon.program, redis: redis.port, folder: folder.path),
            isJudged: !quick)
        for _ in 0..<(quick ? 1 : times) { comparison.measure() }
        let (table, noise) = (comparison.table, try comparison.noise.figures())
        switch daemon.format {
        case .text: print("\(table.text)\n\n\(noise.text(.text))")
        case .json:
            guard case .object(let members) = table.json else { return }
            print(JSONValue.object(members + [.init("machine", noise.json)]).text)
        }
    }

    private var interpreter: String {
        let own = URL(fileURLWithPath: ".build/references/bin/python").path
        return python ?? (FileManager.default.fileExists(atPath: own) ? own : "python3")
    }
}
