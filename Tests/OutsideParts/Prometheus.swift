import Foundation
import Glibc
public import PrompterCore

/// Debian's Prometheus, which scrapes Debian's node_exporter, which reads the textfiles of a folder.
public final class Prometheus: Sendable {
    /// What it was asked and did not answer.
    public struct Failure: Error {
        public var request: [String]
        public var answer: String
    }

    private let folder = TemporaryFolder()
    private let address: String
    private let processes: [pid_t]
    private let ended = DispatchSemaphore(value: 0)

    /// - Parameters:
    ///   - textfiles: the folder with the textfiles.
    ///   - rules: the path of a file of rules, which are evaluated once a second.
    public init(textfiles: String, rules: String) async throws {
        let exporter = "127.0.0.1:\(try FreePort.find())"
        let address = "127.0.0.1:\(try FreePort.find())"
        self.address = address
        let configuration = folder.path(of: "prometheus.yml")
        try """
        global: { scrape_interval: 5s, scrape_timeout: 5s, evaluation_interval: 1s }
        rule_files: ["\(rules)"]
        scrape_configs: [{ job_name: node, static_configs: [{ targets: ["\(exporter)"] }] }]
        """.write(toFile: configuration, atomically: true, encoding: .utf8)
        let commands = [
            [
                "prometheus-node-exporter", "--collector.disable-defaults", "--collector.textfile",
                "--collector.textfile.directory=\(textfiles)", "--web.listen-address=\(exporter)", "--log.level=error",
            ],
            [
                "prometheus", "--config.file=\(configuration)", "--storage.tsdb.path=\(folder.path(of: "data"))",
                "--web.listen-address=\(address)", "--log.level=error",
            ],
        ]
        // A child's death signal comes with the end of the thread that started it (prctl(2)), so that thread stays.
        processes = await withCheckedContinuation { [ended] started in
            Thread.detachNewThread {
                let children = commands.map { ChildProcess(["setpriv", "--pdeathsig", "KILL"] + $0) }
                started.resume(returning: children.map(\.process))
                for child in children { child.wait() }
                ended.signal()
            }
        }
    }

    /// Ends both programs.
    public func stop() {
        for process in processes { kill(process, SIGKILL) }
        ended.wait()
    }

    /// What its API says under `path`, `data` alone.
    public func ask(_ path: String, _ parameters: String...) throws -> JSONNode {
        let request =
            ["curl", "--silent", "--retry", "20", "--retry-connrefused", "--retry-delay", "1", "--get"]
            + parameters.flatMap { ["--data-urlencode", $0] } + ["http://\(address)/api/v1/\(path)"]
        let output = ChildProcess.run(request).output
        guard let data = try? JSONDocument(output).root["data"] else {
            throw Failure(request: request, answer: String(decoding: output, as: UTF8.self))
        }
        return data
    }

    /// How many series `query` has now.
    public func count(_ query: String) throws -> Int {
        try ask("query", "query=\(query)")["result"]?.elements?.count ?? 0
    }

    /// Waits up to a minute until `query` has series.
    public func answers(_ query: String) async throws -> Bool {
        for _ in 0..<120 {
            // It refuses questions while it starts.
            if let count = try? count(query), count > 0 { return true }
            try await Task.sleep(for: .milliseconds(500))
        }
        return false
    }
}
