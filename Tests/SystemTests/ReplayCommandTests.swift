import Foundation
import OutsideParts
import Testing

/// `prompterd replay`, as a user gives it.
struct ReplayCommandTests {
    private func line(_ hour: Int, _ model: String, _ more: String = "") -> String {
        #"{"time":"2026-03-\#(hour / 24 + 1)T\#(hour % 24):00Z","provider":"acme","model":"chat","resolved_model":"\#(model)"\#(more)}"#
            .replacing(/-(\d)T/) { "-0\($0.output.1)T" }.replacing(/T(\d):/) { "T0\($0.output.1):" }
    }

    /// A log of a model that changes.
    private var log: String {
        let lines =
            (0..<60).map { line($0, "chat-2601") } + [
                line(60, "chat-2603"), line(60, "chat-2603", #","confirmation":true"#),
            ]
            + (61..<70).map { line($0, "chat-2603") }
        return lines.joined(separator: "\n") + "\n"
    }

    private func replay(_ text: String, _ arguments: String...) async throws -> (name: String, end: Program.End) {
        let folder = TemporaryFolder()
        let file = folder.path(of: "log.jsonl")
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        return (file, await Program.run(["replay", file] + arguments))
    }

    private func json(_ end: Program.End) throws -> [[String: Any]] {
        try #require(try JSONSerialization.jsonObject(with: Data(end.output.utf8)) as? [[String: Any]])
    }

    @Test func showsTheEventsAsHistoryDoes() async throws {
        let text = try await replay(log).end
        #expect(text.status == 0 && text.errors == "")
        let lines = text.output.split(separator: "\n")
        #expect(lines.first == "2026-03-01T00:00:00Z  acme/chat  info   chat: first seen as chat-2601")
        #expect(
            lines.contains(
                "2026-03-03T14:00:00Z  acme/chat  major  chat now answers as chat-2603 (was chat-2601 since 2026-03-01)"
            ))
        let events = try json(await replay(log, "--format", "json").end)
        #expect(events.count == lines.count)
        let alarm = try #require(events.first { $0["kind"] as? String == "replaced" })
        #expect(alarm["confirmed"] as? Bool == true && alarm["severity"] as? String == "major")
        #expect(alarm["provider"] as? String == "acme" && alarm["happened_at"] as? String == "2026-03-03T14:00:00.000Z")
        #expect(alarm["recorded_at"] as? String == alarm["happened_at"] as? String)
    }

    @Test func whatADaemonExportsIsToldAgain() async throws {
        let site = try Site(Site.stubs(3))
        #expect(await site.start(["--once"]).end().status == 0)
        let export = await site.run(["export", "--database", site.database])
        let file = site.folder.path(of: "export.jsonl")
        try export.output.write(toFile: file, atomically: true, encoding: .utf8)
        for arguments in [[], ["-"]] {
            let history = try json(await site.run(["history", "--database", site.database, "--format", "json"]))
            let end = await Program.run(
                [file, "replay"] + arguments + ["--format", "json"],
                wrapper: ["sh", "-c", #"file=$1; shift; exec "$0" "$@" <"$file""#])
            let replayed = try json(end)
            #expect(end.status == 0 && end.errors == "")
            for member in ["id", "text", "target"] {
                #expect(Set(replayed.map { $0[member] as? String }) == Set(history.map { $0[member] as? String }))
            }
            #expect(replayed.allSatisfy { ($0["watches"] as? [Any])?.count == 1 })
        }
    }

    @Test func saysWhatItCanNotReplay() async throws {
        let bad = try await replay(#"{"provider":"p"}"# + "\n" + log + "\u{1B}\n")
        #expect(bad.end.status == 1 && bad.end.output.contains("chat-2603"))
        #expect(
            bad.end.errors == """
                \(bad.name):1: time is missing
                \(bad.name):73: not JSON: expected a value here at byte 0
                \(bad.name): 2 lines can't be replayed

                """)
        let many = try await replay(String(repeating: "x\n", count: 500)).end
        #expect(many.status == 1 && many.output == "" && many.errors.split(separator: "\n").count == 101)
        #expect(many.errors.hasSuffix(": 500 lines can't be replayed (100 shown)\n"))
        let empty = try await replay("\n \n")
        #expect(empty.end.status == 1)
        #expect(empty.end.errors == "\(empty.name): it contains no answers to replay\n")
        let missing = await Program.run(["replay", "/nonexistent"])
        #expect(missing.status == 78 && missing.errors.hasPrefix("/nonexistent: No such file"))
        let folder = await Program.run(["replay", "/"])
        #expect(folder.status == 78 && folder.errors == "/: Is a directory; give a file\n")
        #expect(await Program.run(["--help"]).output.contains("  replay "))
    }

    @Test func saysWhatItLeavesOut() async throws {
        let end = try await replay(#"{"time":1,"provider":"p","model":"m","digest":"d","fingerprnt":"x"}"#)
        #expect(end.end.status == 0)
        #expect(
            end.end.errors
                == "\(end.name): ignored members: fingerprnt; did you mean \"fingerprint\"?\n")
    }
}
