import Foundation
import OutsideParts
import PrompterCore
import Testing

/// The textfile through Debian's own node_exporter and promtool.
struct ExporterTests {
    private static let names = [
        #"a \"quoted\" template"#, #"back\\slash"#, #"line\nbreak"#, "Größe 模型 😀", "{braces=\\\"x\\\"}", "plain",
    ]

    private func watchlist() -> String {
        let watches = Self.names.map { #"{"template":"\#($0)","provider":"openai","model":"\#($0)"}"# }
        return #"{"providers":{"openai":{"dialect":"stub"}},"watches":[\#(watches.joined(separator: ","))]}"#
    }

    @Test func nodeExporterServesTheSameSamples() async throws {
        let site = try Site(watchlist())
        _ = await site.start(["--once"]).end()
        let program = try await site.ready()
        let (served, log) = try serve(site)
        let ours = try site.exposition()
        #expect(served.value("node_textfile_scrape_error") == 0 && log == "")
        let theirs = served.samples.filter { $0.name.hasPrefix("prompter_") }
        #expect(Set(theirs) == Set(ours.samples) && theirs.count == ours.samples.count)
        #expect(theirs.count >= 100)
        for (name, type) in ours.types { #expect(served.types[name] == type) }
        // What it can't gather it drops, and says so nowhere else.
        #expect(log == "")
        #expect(await program.stop().status == 0)
    }

    /// Azure names another session with each answer, which is no other version.
    @Test func nodeExporterDropsNothingOfRotatingSessions() async throws {
        let provider = try FakeProvider { request in
            .response(
                status: 200, headers: [HTTPHeader("azureml-model-session", "session-\(request.number)")],
                body: Array(#"{"model":"m-2026","system_fingerprint":"fp_1","choices":[]}"#.utf8))
        }
        try provider.start()
        defer { provider.stop() }
        let site = try Site(
            #"{"providers":{"azure":{"dialect":"azure-openai","base_url":"\#(provider.baseURL)"}},"#
                + #""watches":[{"template":"t","provider":"azure","model":"m"}]}"#)
        for _ in 0..<4 { #expect(await site.run(["probe", "t", "--force"] + site.options).status == 0) }
        let program = try await site.ready()
        let (served, log) = try serve(site)
        #expect(log == "" && served.value("node_textfile_scrape_error") == 0)
        #expect(served.value("prompter_watch_version_info", ["provider_version_key": "fp_1"]) == 1)
        #expect(try site.number("SELECT count(DISTINCT metadata) FROM observations") >= 4)
        let status = await site.run(["status", "--database", site.database])
        #expect(status.output.contains("fp_1") && !status.output.contains("(+"))
        let last = Timestamp(milliseconds: Int64(try site.number("SELECT max(observed_at) FROM observations")))
        let at = await site.run(["history", "--at", last.iso8601Milliseconds, "--database", site.database])
        #expect(at.output.contains("m-2026 fp_1 (observed)"))
        #expect(await program.stop().status == 0)
    }

    @Test(arguments: [
        "# TYPE a gauge\na{x=\"1\"} 1\na{x=\"2\"} 1\na{x=\"1\"} 1\n",
        "# TYPE a gauge\na{x=\"1\",y=\"2\"} 1\na{y=\"2\",x=\"1\"} 2\n",
    ])
    func aSeriesThatStandsTwiceIsRefused(text: String) throws {
        #expect(throws: ExpositionReader.Fault.self) { try ExpositionReader(text) }
        let site = try Site()
        try text.write(toFile: site.textfile, atomically: true, encoding: .utf8)
        #expect(try serve(site).log.contains("error gathering metrics"))
    }

    @Test(arguments: [
        "# TYPE a gauge\na 1\n# TYPE b gauge\nb 1\na{x=\"1\"} 1\n", "a 1\n# TYPE b gauge\n# HELP a text\n",
        "# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"1\"} 1\n",
        "# TYPE h histogram\nh_sum 1\n# TYPE h_x gauge\nh_x 1\nh_count 1\n",
    ])
    func aReaderRefusesWhatTheFormatForbids(text: String) {
        #expect(throws: ExpositionReader.Fault.self) { try ExpositionReader(text) }
    }

    /// - Returns: what node_exporter serves of `site`, and what it logs of that.
    private func serve(_ site: Site) throws -> (served: ExpositionReader, log: String) {
        let socket = try FreePort.find()
        let log = site.folder.path(of: "exporter.log")
        let errors = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        defer { close(errors) }
        let exporter = ChildProcess(
            [
                "setpriv", "--pdeathsig", "KILL", "prometheus-node-exporter", "--collector.disable-defaults",
                "--collector.textfile", "--collector.textfile.directory=\(site.folder.path)",
                "--web.listen-address=127.0.0.1:\(socket)", "--web.disable-exporter-metrics", "--log.level=error",
            ], errors: errors)
        defer {
            kill(exporter.process, SIGKILL)
            exporter.wait()
        }
        let served = try fetch("http://127.0.0.1:\(socket)/metrics")
        return (served, try String(contentsOfFile: log, encoding: .utf8))
    }

    /// curl itself tries again until the exporter listens.
    private func fetch(_ url: String) throws -> ExpositionReader {
        let (status, output) = ChildProcess.run(
            ["curl", "--silent", "--fail", "--retry", "20", "--retry-connrefused", "--retry-delay", "1", url])
        try #require(status == 0)
        return try ExpositionReader(String(decoding: output, as: UTF8.self))
    }

    @Test func promtoolFindsNothing() async throws {
        let site = try Site(watchlist())
        _ = await site.start(["--once"]).end()
        let program = try await site.ready()
        let check = ChildProcess.run(["sh", "-c", "promtool check metrics <'\(site.textfile)' 2>&1"])
        #expect(check.status == 0)
        #expect(String(decoding: check.output, as: UTF8.self) == "")
        #expect(await program.stop().status == 0)
        let stopped = ChildProcess.run(["sh", "-c", "promtool check metrics <'\(site.textfile)' 2>&1"])
        #expect(stopped.status == 0 && stopped.output.isEmpty)
    }

    @Test func everyLabelComesBack() async throws {
        let site = try Site(watchlist())
        _ = await site.start(["--once"]).end()
        let program = try await site.ready()
        let templates = Set(
            try site.exposition().samples.filter { $0.name == "prompter_watch_version_info" }.compactMap {
                $0.labels["template"]
            })
        let wanted = try Self.names.map { try JSONDecoder().decode(String.self, from: Data("\"\($0)\"".utf8)) }
        #expect(templates == Set(wanted))
        #expect(await program.stop().status == 0)
    }
}
