import Dispatch
import Foundation
import GRDB
import OutsideParts
import PrompterCore
import Testing

/// The API of the built program, asked with curl.
struct APITests {
    private struct Answer {
        var status: Int
        var headers: String
        var body: String

        /// The members of its JSON.
        func json() throws -> JSONNode { try JSONDocument(Array(body.utf8)).root }
    }

    private static func socket(of site: Site) -> String { site.folder.path(of: "api.sock") }

    private static func ready(_ site: Site, environment: [String: String] = [:]) async throws -> Program {
        let program = try await site.ready(["--listen", "unix:\(socket(of: site))"], environment: environment)
        try #require(await program.line(with: "API: listening"), "\(program.errors)")
        return program
    }

    /// What `arguments` print; it waits on a thread of its own.
    private static func output(of arguments: [String]) async -> String {
        await withCheckedContinuation { ended in
            Thread.detachNewThread {
                ended.resume(returning: String(decoding: ChildProcess.run(arguments).output, as: UTF8.self))
            }
        }
    }

    private static func curl(_ arguments: [String]) async -> Answer {
        let output = await output(
            of: ["curl", "--silent", "--show-error", "--max-time", "60", "--include"] + arguments)
        let parts = output.replacing("\r\n", with: "\n").split(separator: "\n\n", maxSplits: 1)
        let head = String(parts.first ?? "")
        return Answer(
            status: head.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0, headers: head,
            body: parts.count > 1 ? String(parts[1]) : "")
    }

    private static func get(_ site: Site, _ path: String) async -> Answer {
        await curl(["--unix-socket", socket(of: site), "http://localhost\(path)"])
    }

    private static func ask(_ site: Site, _ template: String, _ body: String = "{}") async -> Answer {
        await curl([
            "--unix-socket", socket(of: site), "--json", body,
            "http://localhost/v1/templates/\(template)/ensure-version",
        ])
    }

    @Test func aWatchIsAnsweredFromItsSlot() async throws {
        let provider = try FakeProvider { _ in .completion(model: "m-0-2024", fingerprint: "fp_1") }
        try provider.start()
        defer { provider.stop() }
        let site = try Site(Site.live(1, at: provider.baseURL))
        let program = try await Self.ready(site)
        let answers = [await Self.ask(site, "t-0"), await Self.ask(site, "t-0")]
        #expect(answers.map(\.status) == [200, 200])
        let second = try answers[1].json()
        #expect(second["source"]?.string == "known" && second["provider_version_key"]?.string == "fp_1")
        #expect(second["resolved_model"]?.string == "m-0-2024" && second["confidence"]?.string == "proven")
        #expect(provider.requests.count == 1)
        let forced = try await Self.ask(site, "t-0", #"{"force":true}"#).json()
        #expect(forced["source"]?.string == "probed" && provider.requests.count == 2)
        // The id is that of the service layer's table.
        #expect(
            try site.rows("SELECT id FROM prompt_versions").map { $0["id"] as String? } == [
                second["version_id"]?.string
            ])
        #expect(await program.stop().status == 0)
    }

    @Test func aHundredCallersOfAnUnknownVersionCauseOneProbe() async throws {
        let provider = try FakeProvider { _ in .completion(model: "n-2024") }
        try provider.start()
        defer { provider.stop() }
        let site = try Site(
            #"{"providers":{"local":{"dialect":"openai-compatible","base_url":"\#(provider.baseURL)"}},"watches":[]}"#)
        let program = try await Self.ready(site)
        let body = #"{"org_id":"o","provider":"local","model_id":"n","inference_params":{"seed":7}}"#
        let callers = [
            "curl", "--silent", "--parallel", "--parallel-immediate", "--parallel-max", "100", "--unix-socket",
            Self.socket(of: site), "--json", body,
        ]
        let output = await Self.output(of: callers + Array(repeating: "http://localhost/t/ensure-version", count: 100))
        let lines = output.split(separator: "\n")
        #expect(lines.count == 100 && lines.allSatisfy { $0.contains(#""provider_version_key":"n-2024""#) })
        #expect(lines.count { $0.contains(#""source":"probed""#) } >= 1)
        #expect(provider.requests.count == 1)
        #expect(provider.requests.first.map { String(decoding: $0.body, as: UTF8.self).contains(#""seed":7"#) } == true)
        // It is recorded as this template's, and not scheduled.
        #expect(try site.rows("SELECT id FROM prompt_versions WHERE org_id = 'o' AND template_id = 't'").count == 1)
        #expect(try site.number("SELECT count(*) FROM bindings WHERE is_asked AND valid_until IS NULL") == 1)
        let status = await site.run(["status", "--database", site.database])
        #expect(status.output.contains("on request"), "\(status.output)")
        // A list that is put in force leaves it so; one that has it watches it.
        let watch = #"{"template":"t","org":"o","provider":"local","model":"n","inference_params":{"seed":7}}"#
        try site.write(
            #"{"providers":{"local":{"dialect":"openai-compatible","base_url":"\#(provider.baseURL)"}},"watches":[\#(watch)]}"#
        )
        #expect(
            await Self.curl(["--unix-socket", Self.socket(of: site), "--json", "{}", "http://localhost/-/reload"])
                .status == 200)
        #expect(try await Self.ask(site, "t").json()["source"]?.string == "known")
        #expect(provider.requests.count == 1)
        #expect(await program.stop().status == 0)
        #expect(try site.number("SELECT count(*) FROM bindings") == 1)
        #expect(try site.number("SELECT count(*) FROM bindings WHERE is_asked") == 0)
    }

    @Test func whatGoesWrongHasItsStatus() async throws {
        let provider = try FakeProvider { _ in
            .json(#"{"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}}"#, status: 429)
        }
        try provider.start()
        defer { provider.stop() }
        let site = try Site(Site.live(1, at: provider.baseURL))
        let program = try await Self.ready(site)
        #expect(await Self.ask(site, "t-1").status == 404)
        #expect(await Self.ask(site, "t-1", #"{"provider":"loca","model_id":"m"}"#).body.contains("did you mean"))
        let triple = #"{"provider":"local","model_id":"other"}"#
        let first = await Self.ask(site, "t-1", triple)
        #expect([429, 502].contains(first.status), "\(first)")
        let second = await Self.ask(site, "t-1", triple)
        #expect(second.status == 429 && second.headers.contains("Retry-After: "), "\(second)")
        #expect(second.body.contains(#""failure":"quota""#))
        #expect(await program.stop().status == 0)
    }

    @Test func itShowsTheMetricsAndItsHealth() async throws {
        let site = try Site(Site.stubs(2))
        let program = try await Self.ready(site)
        let metrics = await Self.get(site, "/metrics")
        #expect(metrics.headers.contains("text/plain; version=0.0.4"))
        let read = try ExpositionReader(metrics.body)
        #expect(read.samples.contains { $0.name == "prompter_up" && $0.value == 1 })
        #expect(
            read.samples.contains { $0.name == "prompter_probe_attempts_total" && $0.labels["provider"] == "openai" })
        for path in ["/healthz", "/readyz"] { #expect(await Self.get(site, path).status == 200) }
        #expect(await Self.output(of: ["stat", "--format=%a", Self.socket(of: site)]) == "660\n")
        try site.write("{")
        let reload = await Self.curl([
            "--unix-socket", Self.socket(of: site), "--json", "{}", "http://localhost/-/reload",
        ])
        #expect(reload.status == 422 && reload.body.contains("watchlist.json:1:"), "\(reload)")
        #expect(await program.stop().status == 0)
    }

    /// A reverse proxy may serve other machines; nothing here does.
    @Test(arguments: ["0.0.0.0:9465", "9465", "unix:api.sock"])
    func itListensOnThisMachineAlone(_ address: String) async throws {
        let site = try Site(Site.stubs(1))
        let end = await site.start(["--listen", address]).end()
        #expect(end.status == 64 && end.errors.contains("unix:/path"), "\(end.errors)")
        let variable = await site.start(environment: ["PROMPTERD_LISTEN": address]).end()
        #expect(variable.status == 78 && variable.errors.contains("PROMPTERD_LISTEN"), "\(variable.errors)")
    }

    @Test func aSocketThatSomebodyServesIsLeftAlone() async throws {
        let (site, other) = (try Site(Site.stubs(1)), try Site(Site.stubs(1)))
        let program = try await Self.ready(site)
        let second = try await other.ready(["--listen", "unix:\(Self.socket(of: site))"])
        #expect(await second.line(with: "another process listens there"))
        #expect(await second.stop().status == 0)
        #expect(await Self.get(site, "/readyz").status == 200)
        // One that a crash left there is replaced.
        program.send(SIGKILL)
        _ = await program.end()
        let third = try await Self.ready(site)
        #expect(await Self.get(site, "/readyz").status == 200)
        #expect(await third.stop().status == 0)
    }

    /// Whoever is started after the daemon finds its API.
    @Test func itListensBeforeItIsReady() async throws {
        let site = try Site(Site.stubs(1))
        let program = try await site.ready(["--listen", "unix:\(Self.socket(of: site))"])
        #expect(await Self.get(site, "/readyz").status == 200)
        #expect(await program.stop().status == 0)
    }

    @Test func whileProbesAreDisabledNobodyForcesOne() async throws {
        let provider = try FakeProvider { _ in .completion(model: "n-2024") }
        try provider.start()
        defer { provider.stop() }
        let site = try Site(
            #"{"providers":{"local":{"dialect":"openai-compatible","base_url":"\#(provider.baseURL)"}},"watches":[]}"#)
        let program = try await Self.ready(site, environment: ["PROMPTER_PROBE_DISABLED": "1"])
        for force in ["false", "true"] {
            let answer = await Self.ask(site, "t", #"{"provider":"local","model_id":"n","force":\#(force)}"#)
            #expect(answer.status == 503 && answer.body.contains(#""not_made":"disabled""#), "\(answer)")
        }
        #expect(provider.requests.isEmpty)
        #expect(await program.stop().status == 0)
    }

    /// A caller that writes each prompt anew costs one call a slot.
    @Test func anUnwatchedTripleIsCalledOnceASlot() async throws {
        let provider = try FakeProvider { _ in .completion(model: "n-2024") }
        try provider.start()
        defer { provider.stop() }
        let site = try Site(
            #"{"defaults":{"interval":"7d"},"providers":{"local":{"dialect":"openai-compatible","base_url":"\#(provider.baseURL)"}},"watches":[]}"#
        )
        let program = try await Self.ready(site)
        for number in 1...5 {
            let body = #"{"provider":"local","model_id":"n","system_instructions":"It is \#(number)."}"#
            #expect(await Self.ask(site, "t", body).status == 200)
        }
        #expect(provider.requests.count == 1)
        let forced = #"{"provider":"local","model_id":"n","system_instructions":"It is 6.","force":true}"#
        #expect(try await Self.ask(site, "t", forced).json()["source"]?.string == "probed")
        #expect(provider.requests.count == 2)
        #expect(await program.stop().status == 0)
        // The version that was handed out is the template's.
        #expect(try site.number("SELECT count(*) FROM bindings WHERE valid_until IS NULL") == 1)
        // A restart changes nothing of that.
        let second = try await Self.ready(site)
        let body = #"{"provider":"local","model_id":"n","system_instructions":"It is 7."}"#
        let known = try await Self.ask(site, "t", body).json()
        #expect(known["source"]?.string == "known" && known["resolved_model"]?.string == "n-2024")
        #expect(provider.requests.count == 2)
        #expect(await second.stop().status == 0)
    }

    /// The one that is answered last was bound first.
    @Test func forcedRequestsThatOverlapLeaveTheirVersions() async throws {
        let mayAnswer = DispatchSemaphore(value: 0)
        let provider = try FakeProvider { request in
            let isFirst = String(decoding: request.body, as: UTF8.self).contains("It is 1.")
            if isFirst { mayAnswer.wait() }
            return .completion(model: isFirst ? "n-1" : "n-2")
        }
        try provider.start()
        defer {
            mayAnswer.signal()
            provider.stop()
        }
        let site = try Site(
            #"{"providers":{"local":{"dialect":"openai-compatible","base_url":"\#(provider.baseURL)"}},"watches":[]}"#)
        let program = try await Self.ready(site)
        func ask(_ number: Int) async throws -> String? {
            let body =
                #"{"provider":"local","model_id":"n","system_instructions":"It is \#(number).","force":true}"#
            return try await Self.ask(site, "t", body).json()["version_id"]?.string
        }
        async let first = ask(1)
        _ = try #require(await provider.request(1))
        let second = try await ask(2)
        mayAnswer.signal()
        let ids = try await [first, second]
        #expect(await program.stop().status == 0)
        #expect(Set(try site.rows("SELECT id FROM prompt_versions").map { $0["id"] as String? }) == Set(ids))
        #expect(ids.count == 2 && ids[0] != ids[1])
    }

    /// A port that another program has keeps nobody from watching.
    @Test func aPortThatIsTakenIsTriedAgain() async throws {
        let provider = try FakeProvider { _ in .hang }
        try provider.start()
        let site = try Site(Site.stubs(1))
        let program = try await site.ready(["--listen", "127.0.0.1:\(provider.port)"])
        #expect(await program.line(with: "API: 127.0.0.1:\(provider.port): Address already in use"))
        provider.stop()
        #expect(await program.stop().status == 0)
    }

    @Test func whoAsksDuringAStopIsTold() async throws {
        let provider = try FakeProvider { _ in .hang }
        try provider.start()
        defer { provider.stop() }
        let site = try Site(
            #"{"providers":{"local":{"dialect":"openai-compatible","base_url":"\#(provider.baseURL)"}},"watches":[]}"#)
        let program = try await Self.ready(site)
        async let answer = Self.ask(site, "t", #"{"provider":"local","model_id":"m"}"#)
        _ = try #require(await provider.request(1))
        let end = await program.stop()
        let told = await answer
        #expect(told.status == 503 && told.body.contains(#""not_made":"stopping""#), "\(told)")
        #expect(end.status == 0, "\(end.errors)")
    }

    @Test func aGreedyClientIsCutOff() async throws {
        let site = try Site(Site.stubs(1))
        let program = try await Self.ready(site)
        let large = site.folder.path(of: "large.json")
        try Data(count: 2 << 20).write(to: URL(fileURLWithPath: large))
        let answer = await Self.curl([
            "--unix-socket", Self.socket(of: site), "--header", "Expect:", "--json", "@\(large)",
            "http://localhost/t/ensure-version",
        ])
        #expect(answer.status == 413, "\(answer)")
        #expect(await program.stop().status == 0)
    }
}
