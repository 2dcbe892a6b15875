import Foundation
import GRDB
import OutsideParts
import PrompterCore
import Testing

/// Text from outside that a terminal would act on, that ends a line or that ends a quotation.
@Suite(.timeLimit(.minutes(10))) struct HostileTextTests {
    private static let hostile = "a\u{1B}[2J\u{9B}31m\nfake: line\r\u{202E}\"b\\\u{07}"

    private static func quoted(_ text: String) -> String { JSONValue.string(text).text }

    /// Sees that `text` has nothing in it that a terminal acts on, but for ends of lines.
    private func expectHarmless(_ text: String, _ place: SourceLocation = #_sourceLocation) {
        let found = text.unicodeScalars.filter { scalar in
            scalar != "\n" && (scalar.properties.generalCategory == .control || scalar == "\u{202E}")
        }
        #expect(found.isEmpty, "\(String(reflecting: text))", sourceLocation: place)
        #expect(!text.split(separator: "\n").contains { $0.hasPrefix("fake: ") }, sourceLocation: place)
    }

    /// A watch with a hostile name for its template and its model.
    private func site(_ url: String) throws -> Site {
        try Site(
            """
            {"defaults":{"interval":"1s"},
             "providers":{"local":{"dialect":"openai-compatible","base_url":"\(url)"}},
             "watches":[{"template":\(Self.quoted(Self.hostile)),"provider":"local",
                         "model":\(Self.quoted(Self.hostile))}]}
            """)
    }

    private func expectCommandsHarmless(_ site: Site) async {
        for format in ["text", "json"] {
            let commands = [
                ["status", "--database", site.database], ["versions", "--database", site.database],
                ["history", "--database", site.database],
                ["history", "--at", "1s", "--database", site.database],
                ["probe", Self.hostile] + site.options, ["check", site.watchlist],
            ]
            for command in commands {
                let end = await site.run(command + ["--format", format])
                expectHarmless(end.output)
                expectHarmless(end.errors)
                #expect(!end.output.isEmpty || !end.errors.isEmpty)
            }
        }
    }

    private func expectExportHarmless(_ site: Site) async throws {
        let export = await site.run(["export", "--database", site.database])
        expectHarmless(export.output)
        let (file, other) = (site.folder.path(of: "export"), site.folder.path(of: "other.db"))
        try export.output.write(toFile: file, atomically: true, encoding: .utf8)
        #expect(await site.run(["import", file, "--database", other]).status == 0)
        #expect(await site.run(["export", "--database", other]).output == export.output)
        try Self.hostile.write(toFile: file, atomically: true, encoding: .utf8)
        let refused = await site.run(["import", file, "--database", other])
        #expect(refused.status == 1)
        expectHarmless(refused.errors)
    }

    @Test func inNamesIsNeverRaw() async throws {
        let version = Self.hostile
        let provider = try FakeProvider { _ in .completion(model: version, fingerprint: version) }
        try provider.start()
        defer { provider.stop() }
        let site = try site(provider.baseURL)
        let program = try await site.ready()
        #expect(await program.line(with: "first seen as a\\u{1b}[2J\\u{9b}31m\\nfake: line\\r\\u{202e}\"b"))
        program.send(SIGHUP)
        #expect(await program.line(with: "watchlist reloaded"))
        // Read back, the labels are what was given: what ends a line or a label is escaped.
        let info = try #require(
            try site.exposition().samples.first { $0.name == "prompter_watch_version_info" })
        expectHarmless(try String(contentsOfFile: site.textfile, encoding: .utf8))
        #expect(info.labels["model"] == info.labels["template"] && info.labels["model"]?.contains("\"b\\") == true)
        expectHarmless(await program.stop().errors)
        await expectCommandsHarmless(site)
        try await expectExportHarmless(site)
        // The database has what was said.
        #expect(try site.rows("SELECT model_id FROM prompt_versions").map { $0[0] as String } == [Self.hostile])
    }

    @Test func inAnErrorIsNeverRaw() async throws {
        let message = Self.quoted(Self.hostile)
        let provider = try FakeProvider { _ in
            .json(#"{"error":{"message":\#(message),"code":\#(message)}}"#, status: 400)
        }
        try provider.start()
        defer { provider.stop() }
        let site = try site(provider.baseURL)
        let program = try await site.ready()
        #expect(await program.line(with: "invalid_request: status 400: a\\u{1b}[2J"), "\(program.errors)")
        expectHarmless(await program.stop().errors)
        await expectCommandsHarmless(site)
    }

    @Test func inAWatchlistsErrorsIsNeverRaw() async throws {
        let site = try Site(
            #"{"providers":{},"watches":[{"template":"t","provider":\#(Self.quoted(Self.hostile)),"model":"m","#
                + #"\#(Self.quoted(Self.hostile)):1}]}"#)
        for command in [
            ["check", site.watchlist], ["check", site.watchlist, "--format", "json"], ["run"] + site.options,
        ] {
            let end = await site.run(command)
            #expect(end.status != 0 && (end.output + end.errors).contains("fake: line"))
            expectHarmless(end.output)
            expectHarmless(end.errors)
        }
    }
}
