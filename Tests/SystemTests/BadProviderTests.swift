import Foundation
import GRDB
import Glibc
import OutsideParts
import PrompterCore
import Testing

/// Providers on a bad day. Each fails with its class, in one line, and keeps no other from being probed.
@Suite(.timeLimit(.minutes(10))) struct BadProviderTests {
    struct Condition: Sendable, CustomTestStringConvertible {
        var name: String
        var failureClass: String
        var answer: FakeAnswer
        /// What stands in the line.
        var text: String?

        init(_ name: String, _ failureClass: String, _ answer: FakeAnswer, saying text: String? = nil) {
            self.name = name
            self.failureClass = failureClass
            self.answer = answer
            self.text = text
        }

        var testDescription: String { name }
    }

    static let right = #"{"object":"chat.completion","model":"m-real","system_fingerprint":"fp_1","choices":[]}"#

    static let conditions: [Condition] = [
        Condition("hangs", "timeout", .hang),
        Condition("drips", "timeout", .drip(Array(right.utf8), pause: .seconds(1))),
        Condition(
            "endless", "malformed", .endless(chunk: Array(repeating: 0x20, count: 65_536)),
            saying: "longer than 1048576 bytes"),
        Condition(
            "100 MiB", "malformed",
            .response(status: 200, headers: [], body: Array(repeating: 0x20, count: 100 << 20)),
            saying: "longer than 1048576 bytes"),
        Condition("HTML", "malformed", .json("<!DOCTYPE html><html><title>Welcome</title></html>")),
        Condition("truncated JSON", "malformed", .json(String(right.dropLast(20)))),
        Condition("truncated answer", "connection", .truncated(Array(right.utf8), length: 1000)),
        Condition("array", "malformed", .json("[\(right)]")),
        Condition("number for a model", "malformed", .json(#"{"model":5}"#)),
        Condition("object for a model", "malformed", .json(#"{"model":{"a":"b"},"system_fingerprint":"fp_1"}"#)),
        Condition(
            "404 of a proxy", "address", .json("404 page not found", status: 404), saying: "is the base_url right?"),
        Condition("model twice", "malformed", .json(#"{"model":"m-real","model":"m-other"}"#)),
        Condition("null for a model", "no_version", .json(#"{"model":null}"#)),
        Condition("empty body", "malformed", .json("")),
        Condition("reset", "connection", .reset(after: [])),
        Condition("no HTTP", "malformed", .bytes(Array("SSH-2.0-OpenSSH_9.2\r\n".utf8))),
        Condition("error in a success", "malformed", .json(#"{"error":{"message":"no"},"model":"m-real"}"#)),
    ]

    /// A watch of a provider that answers right, beside one of `url`.
    private static func list(
        _ url: String, beside good: FakeProvider, more: String, interval: String, timeout: String
    ) -> String {
        """
        {"defaults":{"interval":"\(interval)"},
         "providers":{"good":{"dialect":"openai-compatible","base_url":"\(good.baseURL)"},
                      "bad":{"dialect":"openai-compatible","base_url":"\(url)"\(more)}},
         "watches":[{"template":"g","provider":"good","model":"m"},
                    {"template":"b","provider":"bad","model":"m","timeout":"\(timeout)"}]}
        """
    }

    /// Sees that the watch of `url` fails with `failureClass`, and all else goes on.
    private func fails(
        _ url: String, _ failureClass: String, saying text: String? = nil, more: String = "", wrapper: [String] = []
    ) async throws {
        let good = try FakeProvider { _ in .completion(model: "m-real") }
        try good.start()
        defer { good.stop() }
        // Where the time itself is not the condition, no machine is so slow that it comes to that.
        let once = Self.list(
            url, beside: good, more: more, interval: "1h", timeout: failureClass == "timeout" ? "1s" : "60s")
        let site = try Site(once)
        let program = await site.start(["--once"], wrapper: wrapper)
        let end = await program.end()
        #expect(end.status == 1, "\(end.errors)")
        let said = Self.lines(end.errors)
        try #require(said.count == 1 && said[0].contains("bad m: \(failureClass): "), "\(end.errors)")
        #expect(said[0].contains(" warning ") && said[0].contains(text ?? "bad m"), "\(end.errors)")
        let shown = try site.exposition()
        #expect(shown.value("prompter_probe_failures_total", ["provider": "bad"]) == 1)
        #expect(
            shown.samples.filter { $0.name == "prompter_probe_failures_by_class_total" && $0.value != 0 }.map(
                \.labels["class"])
                == [failureClass])
        try expectGoodAlone(site)
        let status = await site.run(["status", "--database", site.database])
        #expect(status.output.contains(failureClass), "\(status.output)")

        try site.write(Self.list(url, beside: good, more: more, interval: "2s", timeout: "1s"))
        try await goesOnInSilence(site, failureClass, beside: good, wrapper: wrapper)
        try expectGoodAlone(site)
    }

    /// Sees that the failure, known from the run before, is no news for as long as it goes on, and keeps nobody waiting.
    private func goesOnInSilence(
        _ site: Site, _ failureClass: String, beside good: FakeProvider, wrapper: [String]
    ) async throws {
        let program = await site.start(["--log-level", "debug"], wrapper: wrapper)
        #expect(await program.line(with: "bad m: \(failureClass): "), "\(program.errors)")
        // The other is probed after that, too.
        #expect(await good.request(good.requests.count + 2) != nil)
        let end = await program.stop()
        #expect(end.status == 0, "\(end.errors)")
        // On a busy machine some probes may time out before they fail as they should: then each change is one line.
        var last = failureClass
        for line in Self.lines(end.errors) {
            let found = line.contains("bad m: timeout: ") ? "timeout" : failureClass
            #expect(
                line.contains("bad m: \(found): ") && line.contains(" warning ") == (found != last), "\(end.errors)")
            last = found
        }
    }

    /// What `errors` says of the bad watch.
    private static func lines(_ errors: String) -> [Substring] {
        errors.split(separator: "\n").filter { $0.contains("bad m: ") }
    }

    private func expectGoodAlone(_ site: Site) throws {
        let versions = try site.rows(
            "SELECT DISTINCT provider FROM versions JOIN targets ON targets.id = versions.target_id")
        #expect(versions.map { $0[0] as String } == ["good"])
    }

    @Test(arguments: conditions) func answers(_ condition: Condition) async throws {
        let provider = try FakeProvider { _ in condition.answer }
        try provider.start()
        defer { provider.stop() }
        try await fails(provider.baseURL, condition.failureClass, saying: condition.text)
    }

    @Test func redirects() async throws {
        let elsewhere = try FakeProvider { _ in .completion(model: "m-stolen") }
        try elsewhere.start()
        defer { elsewhere.stop() }
        let location = HTTPHeader("Location", "\(elsewhere.baseURL)/chat/completions")
        let provider = try FakeProvider { _ in .response(status: 307, headers: [location], body: []) }
        try provider.start()
        defer { provider.stop() }
        try await fails(provider.baseURL, "address", saying: "307")
        #expect(elsewhere.requests.isEmpty)
    }

    @Test func refuses() async throws {
        // Its port is taken, but nobody listens.
        let provider = try FakeProvider { _ in .hang }
        try await fails(provider.baseURL, "connection", saying: "127.0.0.1")
    }

    @Test func hasABadCertificate() async throws {
        let server = try TLSServer()
        try await fails("https://localhost:\(server.port)", "connection", saying: "certificate")
        // Its own certificate is trusted here, but is not for this name.
        try await fails(
            "https://127.0.0.1:\(server.port)", "connection", saying: "certificate",
            more: #","ca_file":"\#(server.certificateFile)""#)
    }

    /// libcurl would wait for it on its only thread, and all calls with it.
    @Test func hasACAFileThatCanNotBeRead() async throws {
        let server = try TLSServer()
        let good = try FakeProvider { _ in .completion(model: "m-real") }
        try good.start()
        defer { good.stop() }
        let site = try Site()
        let file = site.folder.path(of: "ca.pem")
        #expect(mkfifo(file, 0o644) == 0)
        try site.write(
            Self.list(
                "https://localhost:\(server.port)", beside: good, more: #","ca_file":"ca.pem""#, interval: "2s",
                timeout: "2s"))
        let check = await site.run(["check", site.watchlist])
        #expect(check.status == 0 && check.output.contains("valid"))
        #expect(check.errors.contains("bad: ca_file: \(file): is a device, a socket or a named pipe"), "\(check)")
        let program = try await site.ready()
        #expect(program.errors.contains("error    bad: ca_file: \(file): is a device"), "\(program.errors)")
        #expect(await program.line(with: "bad m: invalid_request: ca_file: \(file): is a device"))
        #expect(await program.line(with: "good m: first seen as"))
        // An edit of the file counts without one of the watchlist. The server is trusted then, but answers no POST.
        unlink(file)
        try FileManager.default.copyItem(atPath: server.certificateFile, toPath: file)
        #expect(await program.line(with: "bad m: timeout"), "\(program.errors)")
        #expect(await program.stop().status == 0)
    }

    /// The resolver opens a FIFO that nobody writes into: whoever waits for it waits for ever.
    @Test(.enabled(if: geteuid() == 0, "only root can give a program a resolver of its own"))
    func hasANameThatNeverResolves() async throws {
        let folder = TemporaryFolder()
        let (hosts, order) = (folder.path(of: "hosts"), folder.path(of: "nsswitch.conf"))
        #expect(mkfifo(hosts, 0o644) == 0)
        try "hosts: files\n".write(toFile: order, atomically: true, encoding: .utf8)
        let script = "mount --bind \(hosts) /etc/hosts && mount --bind \(order) /etc/nsswitch.conf && exec \"$@\""
        // A resolver that answered would make it a `connection`: the name does not exist.
        try await fails(
            "http://provider.example.:80", "timeout", wrapper: ["unshare", "--mount", "sh", "-c", script, "sh"])
    }
}
