import OutsideParts
import PrompterCore
import Testing

/// The log for programs (`--log-format json`).
@Suite(.timeLimit(.minutes(10))) struct LogFormatTests {
    private func objects(_ errors: String) throws -> [JSONNode] {
        try errors.split(separator: "\n").map { try JSONDocument(Array($0.utf8)).root }
    }

    @Test func eachLineIsAnObject() async throws {
        // It never starts, so that it refuses each connection.
        let provider = try FakeProvider { _ in .hang }
        let watches = ["a", "b"].map { #"{"template":"\#($0)","provider":"p","model":"m"}"# }
        let site = try Site(
            """
            {"providers":{"p":{"dialect":"openai-compatible","base_url":"\(provider.baseURL)"}},
             "watches":[\(watches.joined(separator: ","))]}
            """)
        let program = try await site.ready(["--log-format", "json"])
        #expect(await program.line(with: "failure_connection"))
        let end = await program.stop()
        #expect(end.status == 0, "\(end.errors)")
        let lines = try objects(end.errors)
        for line in lines {
            for name in ["time", "level", "message", "kind", "message_id"] {
                #expect(line[name]?.string != nil, "\(line.plain.text)")
            }
        }
        let kinds = lines.map { $0["kind"]?.string }
        #expect(kinds.contains("started") && kinds.last == "stopped")
        let failure = try #require(lines.first { $0["kind"]?.string == "failure_connection" })
        #expect(failure["level"]?.string == "warning" && failure["outcome"]?.string == "connection")
        #expect(failure["provider"]?.string == "p" && failure["model"]?.string == "m")
        #expect(failure["template"]?.elements?.map(\.string) == ["a", "b"])
        #expect(failure["message_id"]?.string == MessageKind.failure(.connection).id)
    }

    @Test func alsoSaysSoWhyItDoesNotStart() async throws {
        let site = try Site("{")
        let end = await site.start(environment: ["PROMPTERD_LOG_FORMAT": "json"]).end()
        #expect(end.status == 78)
        let line = try #require(try objects(end.errors).first)
        #expect(line["kind"]?.string == "watchlist_refused" && line["level"]?.string == "error")
        #expect(line["message"]?.string?.contains("watchlist.json:1:2") == true, "\(end.errors)")
    }

    @Test func refusesAnyOtherFormat() async throws {
        let site = try Site(Site.stubs(1))
        let end = await site.start(environment: ["PROMPTERD_LOG_FORMAT": "xml"]).end()
        #expect(end.status == 78)
        #expect(end.errors.contains("PROMPTERD_LOG_FORMAT should be one of text, json, not \"xml\""), "\(end.errors)")
    }
}
