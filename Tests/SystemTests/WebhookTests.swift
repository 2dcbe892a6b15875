import Foundation
import GRDB
import OutsideParts
import PrompterCore
import Testing

/// Who is told of what, by the built daemon, a provider that changes and a receiver of webhooks.
@Suite(.timeLimit(.minutes(10))) struct WebhookTests {
    private static let ok = FakeAnswer.response(status: 204, headers: [], body: [])

    /// One watch of `model-asked` at `provider`, told to `receiver`.
    private func list(
        _ provider: FakeProvider, _ receiver: FakeProvider, expect: String? = nil, interval: String = "1s",
        more: String = ""
    ) -> String {
        """
        {"defaults":{"interval":"\(interval)","timeout":"900ms"},
         "providers":{"local":{"dialect":"openai-compatible","base_url":"\(provider.baseURL)"}},
         "watches":[{"template":"t","provider":"local","model":"model-asked"\(expect.map { #","expect":["\#($0)"]"# } ?? ""),
           "on_change":{"webhook":"\(receiver.baseURL)/canary-path?canary=1"\(more)}}]}
        """
    }

    private func start(_ answer: @escaping @Sendable (RecordedRequest) -> FakeAnswer) throws -> FakeProvider {
        let provider = try FakeProvider(answer: answer)
        try provider.start()
        return provider
    }

    private func body(_ request: RecordedRequest?) throws -> JSONNode {
        let request = try #require(request)
        #expect(request.method == "POST" && request.path == "/canary-path?canary=1")
        #expect(request.header("Content-Type") == "application/json")
        let root = try JSONDocument(request.body).root
        #expect(request.header("Idempotency-Key") == root["id"]?.string)
        #expect(request.header("User-Agent") == "prompterd/0.1.0")
        return root
    }

    private func pending(_ site: Site) throws -> Int {
        try site.number("SELECT count(*) FROM deliveries WHERE next_at IS NOT NULL")
    }

    @Test func aModelThatChangesIsToldOnce() async throws {
        let provider = try start { .completion(model: $0.number <= 20 ? "model-a" : "model-b") }
        let receiver = try start { _ in Self.ok }
        defer { provider.stop() }
        defer { receiver.stop() }
        let site = try Site(list(provider, receiver))
        let program = try await site.ready(environment: ["METRICS_SERVICE": "dispatcher", "METRICS_ENV": "test"])
        let told = try body(await receiver.request(1))
        #expect(await program.line(with: "webhook http://127.0.0.1: delivered: model-asked now answers as model-b"))
        // It goes on answering so, and nobody hears of it again.
        _ = await provider.request(provider.requests.count + 3)
        let end = await program.stop()
        #expect(end.status == 0 && receiver.requests.count == 1)
        // A busy machine may leave the slot no room for it.
        let isConfirmed = try site.number("SELECT count(*) FROM observations WHERE is_confirmation") > 0
        let expected: [String: JSONValue] = [
            "kind": .string("replaced"), "signal": .string("model"), "value": .string("model-b"),
            "previous": .array([.string("model-a")]), "severity": .string("major"), "confirmed": .bool(isConfirmed),
            "provider": .string("local"), "model": .string("model-asked"), "service": .string("dispatcher"),
            "env": .string("test"),
            "watches": .array([
                .object([
                    .init("org", .string("default")), .init("workspace", .string("default")),
                    .init("template", .string("t")),
                ])
            ]),
        ]
        for (name, value) in expected { #expect(told[name]?.plain == value, "\(name)") }
        let text = try #require(told["text"]?.string)
        #expect(text.hasPrefix("model-asked now answers as model-b (was model-a since 20"))
        let evidence = try #require(told["evidence"]?.elements)
        #expect(evidence.compactMap { $0["value"]?.string }.suffix(2) == ["model-b", "model-b"])
        for name in ["time", "previous_since"] {
            #expect(told[name]?.string.flatMap { Timestamp(iso8601: $0) } != nil, "\(name)")
        }
        let row = try site.rows("SELECT id, delivered_at FROM events JOIN deliveries ON event_id = id")
        #expect(row.count == 1 && row[0][0] as String? == told["id"]?.string && row[0][1] as Int64? != nil)
        let exposition = try site.exposition()
        #expect(exposition.value("prompter_webhook_deliveries_total", ["outcome": "delivered"]) == 1)
        #expect(exposition.value("prompter_webhook_deliveries_total", ["outcome": "failed"]) == 0)
        #expect(exposition.value("prompter_webhook_pending") == 0)
    }

    @Test func aKillWhileTheWebhookIsCalledDeliversAfterTheRestart() async throws {
        let provider = try start { _ in .completion(model: "model-b") }
        let isKilled = Locked(false)
        let receiver = try start { _ in isKilled.withLock { $0 } ? Self.ok : .hang }
        defer { provider.stop() }
        defer { receiver.stop() }
        let site = try Site(list(provider, receiver, expect: "model-a"))
        let program = try await site.ready()
        let first = try body(await receiver.request(1))
        program.send(SIGKILL)
        _ = await program.end()
        #expect(try pending(site) == 1)
        // On a busy machine it may have given up waiting, and called again.
        let calls = receiver.requests.count
        isKilled.withLock { $0 = true }
        let again = try await site.ready()
        let second = try body(await receiver.request(calls + 1))
        #expect(first["id"]?.string == second["id"]?.string && first["kind"]?.string == "unexpected")
        #expect(await again.line(with: "webhook http://127.0.0.1: delivered: "))
        #expect(await again.stop().status == 0)
        #expect(try pending(site) == 0 && receiver.requests.count == calls + 1)
    }

    @Test func aKillWhileTheWebhookRefusesDeliversAfterTheRestart() async throws {
        let provider = try start { _ in .completion(model: "model-b") }
        // Its port is taken, but nobody listens yet.
        let receiver = try FakeProvider { _ in Self.ok }
        defer { provider.stop() }
        let site = try Site(list(provider, receiver, expect: "model-a"))
        let program = try await site.ready()
        #expect(await program.line(with: "retrying in 5s: model-asked answers as model-b"))
        program.send(SIGKILL)
        _ = await program.end()
        #expect(try pending(site) == 1)
        try receiver.start()
        defer { receiver.stop() }
        let again = try await site.ready()
        #expect(try body(await receiver.request(1))["value"]?.string == "model-b")
        #expect(await again.line(with: "webhook http://127.0.0.1: delivered: "))
        #expect(await again.stop().status == 0)
        #expect(try pending(site) == 0)
    }

    @Test func oneThatHangsDelaysNoProbeAndNoOtherWebhook() async throws {
        let provider = try start { _ in .completion(model: "model-b") }
        let hanging = try start { _ in .hang }
        let receiver = try start { _ in Self.ok }
        defer { provider.stop() }
        defer { hanging.stop() }
        defer { receiver.stop() }
        let watches = (0..<8).map { number in
            let url = (number < 4 ? hanging : receiver).baseURL
            return """
                {"template":"t-\(number)","provider":"local","model":"m-\(number)","expect":["model-a"],
                 "on_change":{"webhook":"\(url)/\(number)"}}
                """
        }
        let site = try Site(
            """
            {"defaults":{"interval":"3s","timeout":"2900ms"},
             "providers":{"local":{"dialect":"openai-compatible","base_url":"\(provider.baseURL)"}},
             "watches":[\(watches.joined(separator: ","))]}
            """)
        let program = try await site.ready()
        _ = try #require(await hanging.request(4))
        _ = try #require(await receiver.request(4))
        // All four hang, and each target is probed on.
        let before = try site.number("SELECT min(n) FROM (SELECT count(*) n FROM observations GROUP BY target_id)")
        _ = try #require(await provider.request(provider.requests.count + 8 * 4))
        // A stop waits for what hangs no longer than for a probe.
        #expect(await program.stop().status == 0)
        let after = try site.number("SELECT min(n) FROM (SELECT count(*) n FROM observations GROUP BY target_id)")
        #expect(after > before)
        #expect(hanging.requests.count >= 4 && receiver.requests.count == 4)
        #expect(try pending(site) == 4)
        #expect(
            try !site.exposition().samples.contains { $0.name == "prompter_probe_failures_total" && $0.value != 0 })
    }

    @Test func twoInstancesWithOneRedisTellOnce() async throws {
        let redis = try await RedisServer(on: .port)
        let isChanged = Locked(false)
        let provider = try start { _ in .completion(model: isChanged.withLock { $0 } ? "model-b" : "model-a") }
        let receiver = try start { _ in Self.ok }
        defer { provider.stop() }
        defer { receiver.stop() }
        let json = list(provider, receiver, expect: "model-a", interval: "2s")
        let (left, right) = (try Site(json), try Site(json))
        let environment = ["REDIS_URL": redis.url]
        let programs = [
            try await left.ready(environment: environment), try await right.ready(environment: environment),
        ]
        for program in programs {
            #expect(await program.line(with: "slots are shared"))
            #expect(await program.line(with: "first seen"))
        }
        isChanged.withLock { $0 = true }
        // Delivered by this instance or by the other.
        for program in programs { #expect(await program.line(with: ": model-asked answers as model-b, which")) }
        let errors = programs.map(\.errors)
        #expect(errors.count { $0.contains("delivered by another instance: model-asked answers as model-b") } == 1)
        for program in programs { #expect(await program.stop().status == 0) }
        // Where the stop comes late it is known by then that the model was replaced, too.
        let told = try receiver.requests.map { try body($0) }
        #expect(told.count { $0["kind"]?.string == "unexpected" } == 1)
        #expect(Set(told.map { $0["id"]?.string }).count == told.count)
        let ids = try [left, right].map {
            try $0.rows(
                "SELECT id, delivered_at FROM events JOIN deliveries ON event_id = id WHERE kind = 'unexpected'")
        }
        #expect(ids.allSatisfy { $0.count == 1 && $0[0][1] as Int64? != nil })
        #expect(ids[0][0][0] as String == ids[1][0][0])
        await redis.stop()
    }

    @Test func secretsAreSentAndNeverKeptOrShown() async throws {
        let provider = try start { _ in .completion(model: "model-b") }
        let receiver = try start { $0.number == 1 ? .json("canary-answer", status: 500) : Self.ok }
        defer { provider.stop() }
        defer { receiver.stop() }
        let site = try Site(list(provider, receiver, expect: "model-a", more: #","header_file":"headers""#))
        let file = site.folder.path(of: "headers")
        try "Authorization: Bearer canary-secret\n".write(toFile: file, atomically: true, encoding: .utf8)
        #expect(chmod(file, 0o644) == 0)
        let program = try await site.ready(["--log-level", "trace"])
        for number in 1...2 {
            #expect(await receiver.request(number)?.header("Authorization") == "Bearer canary-secret")
        }
        #expect(await program.line(with: "delivered: "))
        let end = await program.stop()
        #expect(end.errors.contains("every user on this machine can read it"))
        let kept = try [site.database, site.database + "-wal", site.textfile]
            .filter { FileManager.default.fileExists(atPath: $0) }
            .map { String(decoding: try Data(contentsOf: URL(fileURLWithPath: $0)), as: UTF8.self) }
        for text in kept + [end.errors, end.output] { #expect(!text.contains("canary")) }
    }

    @Test func whatIsNotExpectedIsKnownAtOnceAndAnEditIsTaken() async throws {
        let provider = try start { _ in .completion(model: "model-b") }
        let receiver = try start { _ in Self.ok }
        defer { provider.stop() }
        defer { receiver.stop() }
        let site = try Site(list(provider, receiver, expect: "model-a"))
        let program = try await site.ready()
        #expect(await program.line(with: "model-asked answers as model-b, which t does not expect (model-a)"))
        #expect(await program.line(with: "delivered: "))
        try site.write(list(provider, receiver, expect: "model-*"))
        // The targets stay, and the edit is taken.
        #expect(await program.line(with: "watchlist reloaded: +0 −0 ~1 watches"))
        // At a reload the textfile is written before that line.
        #expect(try site.exposition().value("prompter_watch_expectation_met", ["template": "t"]) == 1)
        try site.write(list(provider, receiver, expect: "other"))
        #expect(await program.line(with: "watchlist reloaded: +0 −0 ~1 watches", count: 2))
        #expect(try site.exposition().value("prompter_watch_expectation_met", ["template": "t"]) == 0)
        #expect(await program.stop().status == 0)
        let bindings = try site.rows("SELECT expect FROM bindings")
        #expect(bindings.map { $0[0] as String? } == [#"["other"]"#])
    }

    @Test func whatAnInquiryMadeKnownIsToldAtTheNextStart() async throws {
        let provider = try start { _ in .completion(model: "model-b") }
        let receiver = try start { _ in Self.ok }
        defer { provider.stop() }
        defer { receiver.stop() }
        let site = try Site(list(provider, receiver, expect: "model-a", interval: "1h"))
        #expect(await site.run(["probe", "t"] + site.options).status == 0)
        #expect(receiver.requests.isEmpty)
        #expect(try pending(site) == 1)
        let program = try await site.ready()
        #expect(try body(await receiver.request(1))["kind"]?.string == "unexpected")
        #expect(await program.line(with: "delivered: "))
        #expect(await program.stop().status == 0)
    }

    @Test func aSingleRoundTellsBeforeItsEnd() async throws {
        let provider = try start { _ in .completion(model: "model-b") }
        let receiver = try start { _ in Self.ok }
        defer { provider.stop() }
        defer { receiver.stop() }
        let site = try Site(list(provider, receiver, expect: "model-a", interval: "1h"))
        #expect(await site.run(["run", "--once"] + site.options).status == 0)
        #expect(receiver.requests.count == 1)
        #expect(try pending(site) == 0)
    }
}
