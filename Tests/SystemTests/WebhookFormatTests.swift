import Foundation
import OutsideParts
import PrompterCore
import Testing

/// What the built daemon sends to receivers of each format, judged by the receivers' own programs and libraries.
@Suite(.timeLimit(.minutes(10))) struct WebhookFormatTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
    private static let python = "\(root)/.build/receivers/bin/python"
    private static let signingKey = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    private static let routingKey = "R0123456789012345678901234567890"
    private static let gone =
        #"{"error":{"message":"The model model-asked does not exist","code":"model_not_found"}}"#

    /// Whether a provider has lost its model.
    private final class Loss: Sendable {
        private let state = Locked(false)

        var isNow: Bool { state.withLock { $0 } }

        func set(_ isLost: Bool) { state.withLock { $0 = isLost } }
    }

    private func provider(_ loss: Loss) throws -> FakeProvider {
        let provider = try FakeProvider { _ in
            loss.isNow ? .json(Self.gone, status: 404) : .completion(model: "model-a")
        }
        try provider.start()
        return provider
    }

    private func receiver() throws -> FakeProvider {
        let receiver = try FakeProvider { _ in .json("{}", status: 202) }
        try receiver.start()
        return receiver
    }

    /// A site whose one target tells each of `hooks`, by their members.
    private func site(_ provider: FakeProvider, _ hooks: [String]) throws -> Site {
        let watches = hooks.enumerated().map {
            #"{"template":"t-\#($0)","provider":"local","model":"model-asked","on_change":{\#($1)}}"#
        }
        let site = try Site(
            """
            {"defaults":{"interval":"2s","timeout":"1900ms"},
             "providers":{"local":{"dialect":"openai-compatible","base_url":"\(provider.baseURL)"}},
             "watches":[\(watches.joined(separator: ","))]}
            """)
        for (name, text) in [("signing", Self.signingKey), ("routing", Self.routingKey)] {
            let path = site.folder.path(of: name)
            try "\(text)\n".write(toFile: path, atomically: true, encoding: .utf8)
            #expect(chmod(path, 0o600) == 0)
        }
        return site
    }

    /// Starts the daemon at `site`, takes its model away, waits until `isTold`, and gives it back until `isToldAgain`.
    private func loseAndFind(
        _ loss: Loss, at site: Site, isTold: () async throws -> Void, isToldAgain: () async throws -> Void
    ) async throws {
        let program = try await site.ready()
        #expect(await program.line(with: "first seen"))
        loss.set(true)
        #expect(await program.line(with: "the provider does not have this model"))
        try await isTold()
        loss.set(false)
        // A model that is gone is asked for rarely, and after a reload at once.
        program.send(SIGHUP)
        #expect(await program.line(with: "the provider has the model again"))
        try await isToldAgain()
        #expect(await program.stop().status == 0)
    }

    @Test(
        .enabled(
            if: FileManager.default.isExecutableFile(atPath: python),
            "the receivers' libraries are not installed; deploy/test installs them"))
    func theReceiversLibrariesTakeThem() async throws {
        let loss = Loss()
        let provider = try provider(loss)
        defer { provider.stop() }
        let receivers = [try receiver(), try receiver(), try receiver()]
        defer { for receiver in receivers { receiver.stop() } }
        let urls = receivers.map { #""webhook":"\#($0.baseURL)/""# }
        let site = try site(
            provider,
            [
                #"\#(urls[0]),"signing_key_file":"signing""#, #"\#(urls[1]),"format":"slack""#,
                #"\#(urls[2]),"format":"pagerduty","routing_key_file":"routing""#,
            ])
        try await loseAndFind(loss, at: site) {
            for receiver in receivers { #expect(await receiver.request(1) != nil) }
        } isToldAgain: {
            for receiver in receivers { #expect(await receiver.request(2) != nil) }
        }
        let lines = zip(["signed", "slack", "pagerduty"], receivers).flatMap { format, receiver in
            receiver.requests.map { request in
                JSONValue.object([
                    .init("format", .string(format)), .init("body", .string(request.text)),
                    .init("key", .string(format == "signed" ? Self.signingKey : Self.routingKey)),
                    .init("headers", .object(request.headers.map { .init($0.name, .string($0.value)) })),
                ]).text + "\n"
            }
        }
        #expect(lines.count == 6)
        let file = site.folder.path(of: "requests")
        try lines.joined().write(toFile: file, atomically: true, encoding: .utf8)
        let words = [Self.python, "\(Self.root)/Tests/OfficialLibraries/receive.py", file]
        let end = await withCheckedContinuation { ended in
            Thread.detachNewThread { ended.resume(returning: ChildProcess.run(words)) }
        }
        #expect(end.status == 0, "\(String(decoding: end.output, as: UTF8.self))")
        let paged = try receivers[2].requests.map { try JSONDocument($0.body).root }
        #expect(paged.map { $0["event_action"]?.string } == ["trigger", "resolve"])
        #expect(Set(paged.map { $0["dedup_key"]?.string }).count == 1)
        for request in receivers.flatMap(\.requests) + provider.requests {
            #expect(request.header("User-Agent") == "prompterd/0.1.0")
        }
    }

    /// Debian's own Alertmanager, which tells a receiver of its own.
    @Test func alertmanagerFiresAndResolves() async throws {
        let loss = Loss()
        let provider = try provider(loss)
        defer { provider.stop() }
        let receiver = try receiver()
        defer { receiver.stop() }
        let port = try FreePort.find()
        let url = "http://127.0.0.1:\(port)/api/v2/alerts"
        let site = try site(provider, [#""webhook":"\#(url)","format":"alertmanager""#])
        let manager = try alertmanager(at: port, telling: receiver, in: site)
        defer {
            kill(manager.process, SIGKILL)
            manager.wait()
        }
        try await loseAndFind(loss, at: site) {
            let told = try JSONDocument(try #require(await receiver.request(1)).body).root
            #expect(told["status"]?.string == "firing")
            let alert = try #require(told["alerts"]?.elements?.first)
            let labels = [
                "alertname": "PrompterEvent", "kind": "not_found", "severity": "critical", "provider": "local",
                "model": "model-asked", "service": "prompterd", "env": "dev",
            ]
            for (name, value) in labels { #expect(alert["labels"]?[name]?.string == value, "\(name)") }
            #expect(alert["annotations"]?["summary"]?.string?.contains("does not have this model") == true)
            #expect(alert["annotations"]?["watches"]?.string == "t-0")
        } isToldAgain: {
            let told = try JSONDocument(try #require(await receiver.request(2)).body).root
            #expect(told["status"]?.string == "resolved")
            #expect(told["alerts"]?.elements?.count == 1)
            let text = told["alerts"]?.elements?.first?["annotations"]?["summary"]?.string
            #expect(text == "model-asked: the provider has the model again, as model-a")
        }
        let left = ChildProcess.run(["curl", "--silent", "--fail", url])
        #expect(
            left.status == 0 && String(decoding: left.output, as: UTF8.self).trimmingCharacters(in: .newlines) == "[]")
    }

    /// Starts one, and waits until it listens.
    private func alertmanager(
        at port: UInt16, telling receiver: FakeProvider, in site: Site
    ) throws -> ChildProcess {
        let file = site.folder.path(of: "alertmanager.yml")
        try """
        route: {receiver: test, group_by: [incident], group_wait: 0s, group_interval: 1s}
        receivers: [{name: test, webhook_configs: [{url: "\(receiver.baseURL)/"}]}]
        """.write(toFile: file, atomically: true, encoding: .utf8)
        let manager = ChildProcess([
            "setpriv", "--pdeathsig", "KILL", "prometheus-alertmanager", "--config.file=\(file)",
            "--storage.path=\(site.folder.path(of: "alertmanager"))", "--web.listen-address=127.0.0.1:\(port)",
            "--cluster.listen-address=", "--log.level=error",
        ])
        let ready = ChildProcess.run([
            "curl", "--silent", "--fail", "--retry", "20", "--retry-connrefused", "--retry-delay", "1",
            "http://127.0.0.1:\(port)/-/ready",
        ])
        #expect(ready.status == 0)
        return manager
    }
}
