import Foundation
import GRDB
import OutsideParts
import Testing

/// A folder with a watchlist, where a daemon runs as a user would run it.
final class Site: Sendable {
    let folder = TemporaryFolder()
    let watchlist: String
    let database: String
    let textfile: String

    init(_ json: String = "") throws {
        watchlist = folder.path(of: "watchlist.json")
        database = folder.path(of: "prompterd.db")
        textfile = folder.path(of: "prompterd.prom")
        try write(json)
    }

    /// A watchlist of stub watches.
    static func stubs(_ count: Int, interval: String = "1h", prefix: String = "m") -> String {
        let watches = (0..<count).map {
            #"{"template":"t-\#($0)","provider":"openai","model":"\#(prefix)-\#($0)","interval":"\#(interval)"}"#
        }
        return #"{"providers":{"openai":{"dialect":"stub"}},"watches":[\#(watches.joined(separator: ","))]}"#
    }

    /// A watchlist of watches served by a provider at `url`.
    static func live(
        _ count: Int, at url: String, interval: String = "1h", timeout: String = "1s", concurrency: Int = 4
    ) -> String {
        let watches = (0..<count).map {
            #"{"template":"t-\#($0)","provider":"local","model":"m-\#($0)","interval":"\#(interval)","timeout":"\#(timeout)"}"#
        }
        return """
            {"providers":{"local":{"dialect":"openai-compatible","base_url":"\(url)","concurrency":\(concurrency)}},
             "watches":[\(watches.joined(separator: ","))]}
            """
    }

    /// Replaces the watchlist as an editor does.
    func write(_ json: String) throws {
        try json.write(toFile: watchlist, atomically: true, encoding: .utf8)
    }

    func start(
        _ arguments: [String] = [], environment: [String: String] = [:], wrapper: [String] = []
    ) async -> Program {
        await Program(["run"] + options + arguments, environment: environment, wrapper: wrapper)
    }

    /// Starts a daemon and waits until it watches.
    func ready(
        _ arguments: [String] = [], environment: [String: String] = [:], wrapper: [String] = []
    ) async throws -> Program {
        let program = await start(arguments, environment: environment, wrapper: wrapper)
        guard await program.line(with: "watching") else { throw NotReady(errors: program.errors) }
        return program
    }

    func run(_ arguments: [String], environment: [String: String] = [:]) async -> Program.End {
        await Program.run(arguments, environment: environment)
    }

    var options: [String] { ["--watchlist", watchlist, "--database", database] }

    func exposition() throws -> ExpositionReader {
        try ExpositionReader(try String(contentsOfFile: textfile, encoding: .utf8))
    }

    /// Sees that each probe of the daemons at `sites` became one observation of `observed`, or a failure that they counted: on
    /// a busy machine one may time out, and its request have come to `provider` or not.
    static func expectEachProbe(
        of provider: FakeProvider, in sites: [Site], observed: Int, _ place: SourceLocation = #_sourceLocation
    ) throws {
        func sum(_ name: String) throws -> Int {
            try sites.reduce(0) { sum, site in
                Int(try site.exposition().samples.filter { $0.name == name }.reduce(Double(sum)) { $0 + $1.value })
            }
        }
        let attempts = try sum("prompter_probe_attempts_total")
        #expect(try observed + sum("prompter_probe_failures_total") == attempts, sourceLocation: place)
        #expect((observed...max(observed, attempts)).contains(provider.requests.count), sourceLocation: place)
    }

    func rows(_ sql: String) throws -> [Row] {
        var configuration = Configuration()
        configuration.readonly = true
        return try DatabaseQueue(path: database, configuration: configuration).read { try Row.fetchAll($0, sql: sql) }
    }

    func number(_ sql: String) throws -> Int {
        try rows(sql).first.map { $0[0] } ?? 0
    }

    struct NotReady: Error {
        var errors: String
    }
}
