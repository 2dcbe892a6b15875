import Foundation

/// Runs the references, each with a copy of its own, since they write beside themselves.
struct References {
    /// The port of the provider in their sources, and that of their Redis.
    private static let (providerPort, redisPort) = ("9000", "6399")

    private let copy: String
    private let source: String
    private let python: String
    private let isQuick: Bool

    /// - Parameters:
    ///   - source: the folder of the references.
    ///   - python: an interpreter that has the packages they need.
    init(_ source: String, python: String, isQuick: Bool, in folder: String) {
        self.source = source
        self.python = python
        self.isQuick = isQuick
        copy = "\(folder)/references"
    }

    /// Copies the references where that was not done.
    private func prepare() throws {
        let files = FileManager.default
        guard !files.fileExists(atPath: copy) else { return }
        guard files.fileExists(atPath: source) else { throw BenchFailure("there are no references at \(source)") }
        try files.createDirectory(atPath: copy, withIntermediateDirectories: true)
        _ = try ChildProcess.run(["cp", "-r", "--no-preserve=mode", "\(source)/.", copy], in: copy)
    }

    /// What it reaches, by the unit of its row.
    func figure(of reference: Reference, redis: Result<UInt16, BenchFailure>) throws -> Double {
        try prepare()
        switch reference {
        case .pythonLayer: return try pythonLayer(redis: nil)
        case .pythonLayerWithRedis: return try pythonLayer(redis: redis.get())
        case .sqlite: return try sqlite()
        case .asyncio: return try asyncio()
        case .blackbox: return try blackbox()
        case .prometheusClient: return try prometheusClient()
        }
    }

    /// Stubs in a loop, the fastest way to run it: its threads wait for one another.
    private func pythonLayer(redis: UInt16?) throws -> Double {
        if let redis { try replace(Self.redisPort, with: redis, in: "reference/bench.py") }
        let output = try run(
            [python, "bench.py", "stub", "0", "1000", isQuick ? "2" : "6", redis == nil ? "0" : "1"], in: "reference")
        // The first round, which inserts, is left out.
        return try median(in: output, after: "update_rounds=")
    }

    /// A thousand upserts a transaction.
    private func sqlite() throws -> Double {
        try compile("sqlite-limit", ["-lsqlite3"])
        let output = try run(["\(copy)/sqlite-limit", "limit.db", "FULL", "1000", isQuick ? "1" : "3", "1000"], in: "")
        return try median(in: output, after: "rate=")
    }

    private func asyncio() throws -> Double {
        let provider = try FakeProvider(references: source, delay: 0, in: copy)
        try replace(Self.providerPort, with: provider.port, in: "reference/aio_bench.py")
        let output = try run(
            [python, "aio_bench.py", "32", "5000", isQuick ? "1" : "4", "FULL"], in: "reference")
        return try median(in: output, after: "rounds=")
    }

    /// Probes that wrk asks for, each through the exporter.
    private func blackbox() throws -> Double {
        let provider = try FakeProvider(references: source, delay: 0, in: copy)
        let port = try FreePort.find()
        var exporter = try ChildProcess(
            [
                "prometheus-blackbox-exporter", "--config.file=\(copy)/blackbox/blackbox.yml", "--log.level=error",
                "--web.listen-address=127.0.0.1:\(port)",
            ], in: copy)
        try exporter.waitUntilListening(at: port)
        let target = "http://127.0.0.1:\(provider.port)/t/1/v1/chat/completions"
        let output = try run(
            [
                "wrk", "--threads", "1", "--connections", "32", "--duration", isQuick ? "1" : "4",
                "http://127.0.0.1:\(port)/probe?module=chat&target=\(target)",
            ], in: "")
        guard try provider.arrivals().count > 0 else { throw BenchFailure("the exporter probes nothing") }
        return try median(in: output, after: "Requests/sec:")
    }

    /// Series a second.
    private func prometheusClient() throws -> Double {
        let series = isQuick ? 10_000 : 100_000
        let output = try run([python, "textfile_bench.py", "\(series)"], in: "reference")
        return Double(series) / (try median(in: output, after: "median"))
    }

    private func run(_ words: [String], in place: String) throws -> String {
        var environment = ProcessInfo.processInfo.environment
        // A second series for each counter, which nobody asked for.
        environment["PROMETHEUS_DISABLE_CREATED_SERIES"] = "true"
        return try ChildProcess.run(words, environment: environment, in: "\(copy)/\(place)", worksThere: true).output
    }

    private func compile(_ name: String, _ libraries: [String]) throws {
        guard !FileManager.default.fileExists(atPath: "\(copy)/\(name)") else { return }
        _ = try ChildProcess.run(
            ["gcc", "-O2", "-w", "-o", "\(copy)/\(name)", "\(source)/\(name).c"] + libraries, in: copy)
    }

    /// Has a copy use another port than the one in its source.
    private func replace(_ port: String, with other: UInt16, in file: String) throws {
        let text = try String(contentsOfFile: "\(source)/\(file)", encoding: .utf8)
        try text.replacingOccurrences(of: "127.0.0.1:\(port)", with: "127.0.0.1:\(other)")
            .write(toFile: "\(copy)/\(file)", atomically: true, encoding: .utf8)
    }

    /// The median of the numbers, separated by commas, that stand behind `mark`.
    private func median(in output: String, after mark: String) throws -> Double {
        let rest = output.components(separatedBy: mark).last ?? ""
        let numbers = rest.drop { $0 == " " }.prefix { $0.isNumber || $0 == "," || $0 == "." }
            .split(separator: ",").compactMap { Double($0) }
        guard !numbers.isEmpty, output.contains(mark) else { throw BenchFailure("no figure in: \(output)") }
        return Figures.percentile(0.5, of: numbers.sorted())
    }
}
