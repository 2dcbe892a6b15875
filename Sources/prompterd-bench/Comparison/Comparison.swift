import Glibc

/// Measures what the rows compare, one after the other and round by round, so that a machine that becomes slower does so for all.
struct Comparison {
    /// What the runs need.
    struct Site {
        var references: References
        /// Where their sources are.
        var source: String
        /// The daemon's program.
        var program: String
        /// Where a Redis listens, or why there is none.
        var redis: Result<UInt16, BenchFailure>
        var folder: String
    }

    private let rows: [ComparisonRow]
    private let site: Site
    /// Whether the runs are long enough for a judgement.
    private let isJudged: Bool
    /// Each round's figures, by what they are of.
    private var rounds: [[ComparisonRow.Source: Double]] = []
    /// Why what is missing is missing, by what was run for it.
    private var failures: [ComparisonRow.Source: BenchFailure] = [:]
    private(set) var noise: MachineNoise

    init(_ rows: [ComparisonRow], _ site: Site, isJudged: Bool) throws {
        self.rows = rows
        self.isJudged = isJudged
        self.site = site
        noise = try MachineNoise()
    }

    /// Measures once whatever the rows name. What failed in an earlier round is left out.
    mutating func measure() {
        var (figures, runs): ([ComparisonRow.Source: Double], [OwnRun: [String: Double]]) = ([:], [:])
        for source in rows.flatMap({ [$0.own, $0.beside].compactMap(\.self) })
        where figures[source] == nil && failures[source.run] == nil {
            do {
                figures[source] = try figure(of: source, &runs)
            } catch {
                failures[source.run] = error as? BenchFailure ?? BenchFailure("\(error)")
            }
        }
        rounds.append(figures)
    }

    /// What came of it.
    var table: ComparisonTable {
        let lines = rows.map { row in
            ComparisonTable.Line(
                row, rounds.map { round in (own: round[row.own], beside: row.beside.flatMap { round[$0] }) },
                isJudged: isJudged)
        }
        var notes = isJudged ? [] : ["a quick run is shorter and smaller than the work it is named for"]
        for source in rows.flatMap({ [$0.own, $0.beside].compactMap(\.self) }) {
            guard let failure = failures[source.run] else { continue }
            let note = "\(source.name): \(failure)"
            if !notes.contains(note) { notes.append(note) }
        }
        return ComparisonTable(lines: lines, notes: notes)
    }

    private mutating func figure(
        of source: ComparisonRow.Source, _ runs: inout [OwnRun: [String: Double]]
    ) throws -> Double {
        switch source {
        case .own(let run, let name):
            let figures = try runs[run] ?? measure(run)
            runs[run] = figures
            guard let figure = figures[name] else { throw BenchFailure("no \(name)") }
            return figure
        case .reference(let reference):
            begin(source)
            return try site.references.figure(of: reference, redis: site.redis)
        case .ideal(let figure): return figure
        }
    }

    private mutating func measure(_ run: OwnRun) throws -> [String: Double] {
        begin(.own(run, ""))
        let redis = run.needs.contains(.redis) ? "redis://127.0.0.1:\(try site.redis.get())" : nil
        return try run.figures(
            redis: redis, references: site.source, program: site.program, in: site.folder)
    }

    /// Tells on standard error what takes its time, and looks at the machine before.
    private mutating func begin(_ source: ComparisonRow.Source) {
        noise.calibrate()
        let line = Array("round \(rounds.count + 1): \(source.name)\n".utf8)
        write(STDERR_FILENO, line, line.count)
    }
}
