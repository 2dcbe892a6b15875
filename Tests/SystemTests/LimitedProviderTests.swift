import Foundation
import Glibc
import OutsideParts
import PrompterCore
import Testing

/// Providers that refuse: how little is still sent to them, and that others are probed on.
@Suite(.timeLimit(.minutes(10))) struct LimitedProviderTests {
    /// When requests came, and whether they were refused.
    private final class Arrivals: Sendable {
        struct Arrival: Sendable {
            var time: ContinuousClock.Instant
            var isRefused: Bool
        }

        private let arrivals = Locked<[Arrival]>([])

        var all: [Arrival] { arrivals.withLock { $0 } }

        /// Takes note of a request, which is refused where `isRefused` says so of how many were refused before.
        func take(_ isRefused: (Int) -> Bool) -> Bool {
            arrivals.withLock { arrivals in
                let isRefused = isRefused(arrivals.count { $0.isRefused })
                arrivals.append(Arrival(time: .now, isRefused: isRefused))
                return isRefused
            }
        }
    }

    private static func watches(_ count: Int, of provider: String, interval: String) -> [String] {
        (0..<count).map {
            #"{"template":"\#(provider)-\#($0)","provider":"\#(provider)","model":"m-\#($0)","interval":"\#(interval)"}"#
        }
    }

    private static func entry(_ name: String, at url: String, more: String = "") -> String {
        #""\#(name)":{"dialect":"openai-compatible","base_url":"\#(url)"\#(more)}"#
    }

    private static func list(_ providers: [String], _ watches: [String]) -> String {
        """
        {"providers":{\(providers.joined(separator: ","))},"watches":[\(watches.joined(separator: ","))]}
        """
    }

    @Test func retryAfterIsWaitedForByNobodyElse() async throws {
        let arrivals = Arrivals()
        let busy = try FakeProvider { _ in
            arrivals.take { $0 < 6 }
                ? .response(status: 429, headers: [HTTPHeader("Retry-After", "7")], body: Array("{}".utf8))
                : .completion(model: "m-real")
        }
        let others = Arrivals()
        let well = try FakeProvider { _ in
            _ = others.take { _ in false }
            return .completion(model: "m-real")
        }
        try busy.start()
        defer { busy.stop() }
        try well.start()
        defer { well.stop() }
        let site = try Site(
            Self.list(
                [Self.entry("busy", at: busy.baseURL), Self.entry("well", at: well.baseURL)],
                Self.watches(50, of: "busy", interval: "10s") + Self.watches(5, of: "well", interval: "1s")))
        let program = try await site.ready()
        #expect(await busy.request(56) != nil)
        let end = await program.stop()
        let all = arrivals.all
        let refused = all.filter(\.isRefused)
        try #require(refused.count == 6)
        #expect(others.all.count { $0.time > refused[0].time && $0.time < refused[5].time } > 5)
        for refusal in refused {
            let tooEarly = all.count { $0.time > refusal.time && $0.time - refusal.time < .seconds(7) }
            // Only what was in flight with the first one.
            #expect(tooEarly <= (refusal.time - refused[0].time < .seconds(7) ? 3 : 0))
        }
        // What is told of targets by their number is not of the provider.
        let lines = end.errors.split(separator: "\n").filter {
            $0.contains("busy: ") && !$0.contains("busy: the same for")
        }
        #expect(lines.count == 2, "\(end.errors)")
        #expect(
            lines.first?.contains("now for a second target (") == true
                && lines.first?.contains("warning") == true)
        #expect(lines.last?.contains("busy: probes resumed (was rate_limited)") == true)
        #expect(end.status == 0)
    }

    @Test func aBadKeyIsToldOnceAndAGoodOneTakenByAReload() async throws {
        let provider = try FakeProvider { request in
            request.header("Authorization") == "Bearer good"
                ? .completion(model: "m-real")
                : .json(#"{"error":{"message":"Incorrect API key provided"}}"#, status: 401)
        }
        // Tells that time has passed.
        let well = try FakeProvider { _ in .completion(model: "m-real") }
        try provider.start()
        defer { provider.stop() }
        try well.start()
        defer { well.stop() }
        let site = try Site(
            Self.list(
                [
                    Self.entry("local", at: provider.baseURL, more: #","api_key_file":"key""#),
                    Self.entry("well", at: well.baseURL),
                ], Self.watches(500, of: "local", interval: "20s") + Self.watches(1, of: "well", interval: "1s")))
        let key = site.folder.path(of: "key")
        try "bad".write(toFile: key, atomically: true, encoding: .utf8)
        let program = try await site.ready()
        #expect(await program.line(with: "local: auth: "), "\(program.errors)")
        #expect(await well.request(30) != nil)
        let refused = provider.requests.count
        #expect((1...4).contains(refused))
        try "good".write(toFile: key, atomically: true, encoding: .utf8)
        program.send(SIGHUP)
        #expect(await program.line(with: "local: probes resumed (was auth)"), "\(program.errors)")
        // No target is called more than twice before a slot has passed for all: once in the slot that runs, once in the next.
        #expect(await provider.request(refused + 1000) != nil)
        let end = await program.stop()
        #expect(provider.requests.count { $0.header("Authorization") != "Bearer good" } == refused)
        let models = provider.requests.dropFirst(refused).prefix(1000).compactMap { request in
            (try? JSONDocument(request.body))?.root["model"]?.string
        }
        #expect(Set(models).count == 500)
        let lines = end.errors.split(separator: "\n").filter { $0.contains("auth") }
        #expect(lines.count == 2, "\(end.errors)")
        #expect(lines.first?.contains("error") == true)
        #expect(end.status == 0)
        let shown = try site.exposition()
        let skipped = shown.value("prompter_probe_skipped_total", ["provider": "local", "reason": "suspended"])
        #expect(try #require(skipped) >= 400)
    }

    /// However often one round is run: in the slot after the one that confirmed it nobody is called.
    @Test func aRoundKeepsThatAModelIsNotFound() async throws {
        let provider = try FakeProvider { _ in
            .json(#"{"error":"model 'm-0' not found, try pulling it first"}"#, status: 404)
        }
        try provider.start()
        defer { provider.stop() }
        let site = try Site(
            Self.list([Self.entry("local", at: provider.baseURL)], Self.watches(1, of: "local", interval: "1s")))
        var told = 0
        for _ in 0..<4 {
            let end = await site.start(["--once"]).end()
            told += end.errors.split(separator: "\n").count { $0.contains("local m-0: not called for 1d") }
            try await Task.sleep(for: .milliseconds(1100))
        }
        #expect(provider.requests.count == 2 && told == 1)
        let status = await site.run(["status", "--database", site.database, "--format", "json"])
        let shown = try JSONDocument(Array(status.output.utf8)).root.elements?.first
        #expect(shown?["stand_off"]?["cause"]?.string == "not_found", "\(status.output)")
    }

    /// What a probe by hand shows to be over is over for all.
    @Test func aForcedProbeThatIsAnsweredEndsWhatItContradicts() async throws {
        let isWell = Locked(false)
        let provider = try FakeProvider { _ in
            isWell.withLock(\.self)
                ? .completion(model: "m-real")
                : .json(#"{"error":{"message":"Incorrect API key provided"}}"#, status: 401)
        }
        try provider.start()
        defer { provider.stop() }
        let site = try Site(
            Self.list([Self.entry("local", at: provider.baseURL)], Self.watches(2, of: "local", interval: "4s")))
        // A watchdog of three seconds has the daemon look after things every second.
        let program = try await site.ready(environment: ["WATCHDOG_USEC": "3000000"])
        #expect(await program.line(with: "no probes until a reload or a trial in 30m"), "\(program.errors)")
        let refused = provider.requests.count
        isWell.withLock { $0 = true }
        #expect(await site.run(["probe", "local-0"] + site.options).status == 1)
        #expect(provider.requests.count == refused)
        #expect(await site.run(["probe", "local-0", "--force"] + site.options).status == 0)
        #expect(await site.run(["probe", "local-1"] + site.options).status == 0)
        let status = await site.run(["status", "--database", site.database, "--format", "json"])
        #expect(!status.output.contains(#""cause""#), "\(status.output)")
        #expect(await program.line(with: "local: probes resumed (was auth)"), "\(program.errors)")
        #expect(await program.stop().status == 0)
    }

    /// A key may use all models but one, which a provider says with a code or only in words.
    /// That it is not found is confirmed; a refusal has five slots before it rests.
    @Test(arguments: [("model_not_found", "not_found", 2), ("insufficient_permissions", "auth", 5)])
    func aModelThatTheKeyMayNotUseIsLeftAloneWhileOthersGoOn(
        code: String, failureClass: String, calls: Int
    ) async throws {
        let refused = "m-7"
        let body =
            #"{"error":{"message":"Project p does not have access to model m-7","type":"invalid_request_error","#
            + #""param":null,"code":"\#(code)"}}"#
        @Sendable func model(_ request: RecordedRequest) -> String? {
            (try? JSONDocument(request.body))?.root["model"]?.string
        }
        let provider = try FakeProvider { request in
            model(request) == refused ? .json(body, status: 403) : .completion(model: model(request) ?? "")
        }
        try provider.start()
        defer { provider.stop() }
        let site = try Site(
            Self.list(
                [Self.entry("local", at: provider.baseURL, more: #","concurrency":16"#)],
                Self.watches(100, of: "local", interval: "1s")))
        let program = try await site.ready()
        #expect(await program.line(with: "local m-7: \(failureClass): "), "\(program.errors)")
        let before = provider.requests.count
        #expect(await provider.request(before + 800) != nil)
        let end = await program.stop()
        let models = provider.requests.map(model)
        #expect(models.count { $0 == refused } == calls)
        for number in 0..<100 where number != 7 { #expect(models[before...].contains("m-\(number)"), "m-\(number)") }
        let lines = end.errors.split(separator: "\n").filter { $0.contains(": \(failureClass): status 403: ") }
        #expect(lines.count == 1 && lines[0].contains("local m-7: "), "\(end.errors)")
        #expect(!end.errors.contains("; no probes"), "\(end.errors)")
        #expect(end.status == 0)
        let shown = try site.exposition()
        #expect(
            shown.samples.filter {
                $0.name == "prompter_probe_failures_by_class_total" && $0.labels["class"] == failureClass
            }.map(\.value) == [Double(calls)])
        try await expectInquiryHeedsTheStandOff(site, provider, failureClass)
    }

    /// Nobody calls for `local-7` unasked, and `status` knows when somebody will.
    private func expectInquiryHeedsTheStandOff(
        _ site: Site, _ provider: FakeProvider, _ failureClass: String
    ) async throws {
        let calls = provider.requests.count
        let asked = await site.run(["probe", "local-7"] + site.options)
        #expect(asked.status == 1 && provider.requests.count == calls)
        #expect(
            (asked.output + asked.errors).contains("\(failureClass): an earlier call failed this way; no calls for"))
        let forced = await site.run(["probe", "local-7", "--force"] + site.options)
        #expect(forced.status == 1 && provider.requests.count == calls + 1)
        let status = await site.run([
            "status", "--database", site.database, "--format", "json", "--template", "local-7",
        ])
        let shown = try JSONDocument(Array(status.output.utf8)).root.elements?.first
        #expect(shown?["stand_off"]?["scope"]?.string == "target")
        #expect(shown?["stand_off"]?["cause"]?.string == failureClass)
        let due = try #require(shown?["next_due_at"]?.string)
        let time = try #require(Timestamp(iso8601: due))
        #expect(time > Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) + .seconds(1200))
    }
}
