import Foundation
import GRDB
import OutsideParts
import Testing

/// The commands that ask of the past, and those that move it, as a user gives them.
struct AskTests {
    private func array(_ end: Program.End) throws -> [[String: Any]] {
        try #require(try JSONSerialization.jsonObject(with: Data(end.output.utf8)) as? [[String: Any]])
    }

    private func ask(_ site: Site, _ arguments: String...) async -> Program.End {
        await site.run(arguments + ["--database", site.database])
    }

    private func json(_ site: Site, _ arguments: String...) async throws -> [[String: Any]] {
        try array(await site.run(arguments + ["--database", site.database, "--format", "json"]))
    }

    private func watched() async throws -> Site {
        let site = try Site(Site.stubs(3))
        #expect(await site.start(["--once"]).end().status == 0)
        return site
    }

    @Test func historyShowsTheEvents() async throws {
        let site = try await watched()
        let lines = await ask(site, "history").output.split(separator: "\n")
        #expect(lines.count == 3 && lines.allSatisfy { $0.contains("  info  m-") && $0.contains("openai/m-") })
        let events = try await json(site, "history", "--template", "t-1")
        let one = try #require(events.first)
        #expect(events.count == 1 && one["kind"] as? String == "first" && one["severity"] as? String == "info")
        #expect(one["model"] as? String == "m-1" && one["corrected"] as? Bool == false)
        #expect((one["id"] as? String)?.count == 32 && (one["evidence"] as? [Any])?.count == 1)
        #expect((one["watches"] as? [[String: Any]])?.first?["template"] as? String == "t-1")
        let none = await ask(site, "history", "--until", "1h")
        #expect(none.status == 0 && none.output == "" && none.errors.hasPrefix("no events since 20"))
    }

    @Test func historyAtSaysWhichVersionServed() async throws {
        let site = try await watched()
        let time = Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        let answers = try await json(site, "history", "--at", time, "--model", "m-2")
        let served = try #require(answers.first)
        #expect(answers.count == 1 && served["answer"] as? String == "observed")
        let version = try #require((served["versions"] as? [[String: Any]])?.first)
        let text = await ask(site, "history", "--at", time, "--template", "t-2").output
        #expect(text.contains("\(version["provider_version_key"] as? String ?? "-") (observed)"))
        #expect(
            await ask(site, "history", "--at", "2020-01-01").errors == "nothing was watched at 2020-01-01T00:00:00Z\n")
        for wrong in [
            ["--at", "soon"], ["--at", "2999-01-01"], ["--since", "1d", "--at", "1d"],
            ["--since", "1h", "--until", "2h"],
        ] {
            let end = await site.run(["history", "--database", site.database] + wrong)
            #expect(end.status == 64 && end.errors.hasPrefix("Error: --"), "\(end.errors)")
        }
    }

    @Test func versionsAndStatusShowStateAndConfidence() async throws {
        let site = try await watched()
        let versions = try await json(site, "versions")
        #expect(
            versions.count == 3 && versions[0]["state"] as? String == "live" && versions[0]["share"] as? Double == 1)
        #expect((versions[0]["confidence"] as? [String: String])?["fingerprint"] == "proven")
        #expect(await ask(site, "versions").output.split(separator: "\n").count == 4)
        let status = try await json(site, "status", "--template", "t-0")
        #expect(status[0]["confidence"] as? String == "proven" && status[0]["expect"] is NSNull)
        #expect((status[0]["last_event"] as? [String: Any])?["kind"] as? String == "first")
        // What says nothing of any watch has no column.
        let calm = await ask(site, "status").output
        #expect(calm.contains("CONFIDENCE") && !calm.contains("TROUBLE") && !calm.contains("EXPECTED"))
        #expect(!calm.contains("\u{1B}"))
        try await DatabaseQueue(path: site.database).write {
            try $0.execute(sql: "UPDATE bindings SET expect = '[\"m-9*\"]' WHERE template = 't-0'")
            try $0.execute(sql: "UPDATE targets SET lookup_failure = 'address' WHERE model = 'm-0'")
        }
        let unexpected = await ask(site, "status").output
        #expect(unexpected.contains("EXPECTED") && unexpected.contains(" no "))
        #expect(unexpected.contains("lookup fails: address"))
        #expect(try await json(site, "status", "--template", "t-0")[0]["lookup_failure"] as? String == "address")
    }

    @Test func whatIsExportedIsImported() async throws {
        let (site, other) = (try await watched(), try Site())
        let export = await ask(site, "export")
        #expect(export.status == 0 && export.output.hasPrefix(#"{"row":"export","form":2}"#))
        let file = other.folder.path(of: "export.jsonl")
        try export.output.write(toFile: file, atomically: true, encoding: .utf8)
        let first = await ask(other, "import", file)
        #expect(first.output == "new: 3 targets, 3 versions, 3 bindings, 3 observations, 3 events\n", "\(first.errors)")
        #expect(await ask(other, "export").output == export.output)
        #expect(await ask(other, "import", file).output == "nothing is new\n")
        #expect(await ask(other, "export").output == export.output)
    }

    @Test func importTakesATableFromStandardInputBesideADaemon() async throws {
        let site = try Site(Site.stubs(1, interval: "1s"))
        let daemon = try await site.ready()
        let file = site.folder.path(of: "table.csv")
        let header =
            "org_id,workspace_id,template_id,provider,model_id,provider_version_key,fingerprint_captured_at,first_seen_at,last_seen_at"
        try "\(header)\ndefault,default,t-0,openai,m-0,fp_old,,2025-01-01 10:00:00,2025-01-01 10:00:00\n"
            .write(toFile: file, atomically: true, encoding: .utf8)
        let end = await Program.run(
            [file, "import", "-", "--database", site.database],
            wrapper: ["sh", "-c", "cat \"$1\" | \"$0\" \"$2\" \"$3\" \"$4\" \"$5\""])
        #expect(end.output == "new: 1 version, 1 binding\n", "\(end.errors)")
        let served = try await json(site, "history", "--at", "2025-01-01T10:00Z")
        #expect((served.first?["versions"] as? [[String: Any]])?.first?["provider_version_key"] as? String == "fp_old")
        #expect(await daemon.stop().status == 0)
        try "\(header)\na,b\n\na,w,t,p,m,k,,never,2025-01-01\n".write(toFile: file, atomically: true, encoding: .utf8)
        let bad = await ask(site, "import", file)
        #expect(bad.status == 1 && bad.output == "")
        #expect(
            bad.errors == """
                \(file):2: it has 2 fields but the header has 9
                \(file):4: first_seen_at: "never" is not a time
                \(file): 2 lines can't be imported; nothing was imported; correct them and try again

                """)
        #expect(await ask(site, "import", "/nonexistent").errors.hasPrefix("/nonexistent: No such file"))
        #expect(await ask(site, "import", "/dev/null").errors == "/dev/null: it contains nothing to import\n")
    }
}
