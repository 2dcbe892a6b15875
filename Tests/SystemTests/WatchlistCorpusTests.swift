import Foundation
import OutsideParts
import Testing

/// Valid and invalid watchlists, one a rule: what `prompterd check` says of each, and that `config/watchlist.schema.json`
/// says the same of it, so that an editor that checks by the schema never disagrees with the daemon.
///
/// `valid` and `invalid` hold those that both judge alike, `invalid-beyond-schema` those in which no schema can see what is
/// wrong. Beside each invalid `NAME.json` stands `NAME.expected`: the errors with their positions, as `check` prints them.
@Suite(.timeLimit(.minutes(10))) struct WatchlistCorpusTests {
    private struct Entry: Sendable {
        var folder: String
        var name: String
        var path: String { "\(folder)/\(name).json" }
        var isValid: Bool { folder.hasSuffix("/valid") }
        var isBeyondSchema: Bool { folder.hasSuffix("/invalid-beyond-schema") }
    }

    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
    private static let python = "\(root)/.build/python/bin/python"

    private func entries() throws -> [Entry] {
        let entries = try ["valid", "invalid", "invalid-beyond-schema"].flatMap { kind in
            let folder = "\(Self.root)/Tests/Watchlists/\(kind)"
            return try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
                .filter { $0.hasSuffix(".json") }
                .map { Entry(folder: folder, name: String($0.dropLast(".json".count))) }
        }
        #expect(entries.count > 100)
        return entries
    }

    @Test func checkSaysWhatIsExpected() async throws {
        let entries = try entries()
        // A few at a time: each is a program of its own.
        for start in stride(from: 0, to: entries.count, by: 4) {
            try await withThrowingTaskGroup { group in
                for entry in entries[start..<min(start + 4, entries.count)] {
                    group.addTask { try await expectVerdict(of: entry) }
                }
                try await group.waitForAll()
            }
        }
    }

    private func expectVerdict(of entry: Entry) async throws {
        let end = await Program.run(["check", "--format", "json", entry.path])
        let report = try #require(try JSONSerialization.jsonObject(with: Data(end.output.utf8)) as? [String: Any])
        #expect(report["valid"] as? Bool == entry.isValid, "\(entry.path): \(end.output)")
        #expect(end.status == (entry.isValid ? 0 : 1))
        guard !entry.isValid else { return }
        let errors = try #require(report["errors"] as? [[String: Any]])
        let lines = try errors.map { error in
            let line = try #require(error["line"] as? Int)
            let column = try #require(error["column"] as? Int)
            let path = try #require(error["path"] as? String)
            let message = try #require(error["message"] as? String).replacing("\(entry.folder)/", with: "")
            return "\(line):\(column): \(path.isEmpty ? "" : "\(path): ")\(message)\n"
        }
        let expected = try String(contentsOfFile: "\(entry.folder)/\(entry.name).expected", encoding: .utf8)
        #expect(lines.joined() == expected, "\(entry.path)")
        #expect(!end.output.contains("canary"), "\(entry.path)")
    }

    /// What a newcomer copies: one watchlist for each provider, of five lines.
    @Test func examplesAreValid() async throws {
        let folder = "\(Self.root)/config/examples"
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).sorted().filter {
            $0.hasSuffix(".json")
        }
        #expect(files.count == 12)
        let table = try String(contentsOfFile: "\(folder)/README.md", encoding: .utf8)
        for file in files {
            let end = await Program.run(["check", "\(folder)/\(file)"])
            #expect(end.status == 0, "\(file): \(end.output)")
            let lines = try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8).split(separator: "\n")
            #expect(lines.count == 5, "\(file)")
            #expect(table.contains("](\(file))"), "\(file)")
        }
    }

    @Test(
        .enabled(
            if: FileManager.default.isExecutableFile(atPath: python),
            "the Python validator is not installed; deploy/test installs it"))
    func theSchemaSaysTheSame() throws {
        let entries = try entries()
        let judge = ["\(Self.root)/Tests/Watchlists/judge.py", "\(Self.root)/config/watchlist.schema.json"]
        let end = ChildProcess.run([Self.python] + judge + entries.map(\.path))
        #expect(end.status == 0)
        let verdicts = String(decoding: end.output, as: UTF8.self).split(separator: "\n")
        try #require(verdicts.count == entries.count)
        for (entry, verdict) in zip(entries, verdicts) {
            if entry.isBeyondSchema {
                #expect(verdict == "valid" || verdict == "unreadable", "\(entry.path)")
            } else {
                #expect(verdict == (entry.isValid ? "valid" : "invalid"), "\(entry.path)")
            }
        }
    }
}
