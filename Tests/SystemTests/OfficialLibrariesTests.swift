import Foundation
import OutsideParts
import PrompterCore
import Testing

/// The providers' own libraries against the tests' fake provider: that it speaks as the libraries expect, and that a probe
/// sends what they send for the same call.
@Suite(.timeLimit(.minutes(10))) struct OfficialLibrariesTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
    private static let python = "\(root)/.build/libraries/bin/python"

    /// The calls of `call.py`, and the entries whose probes are the same.
    private static let calls: [(name: String, path: String, provider: Provider)] = [
        ("openai chat", "/v1", Provider(name: "p", dialect: .openAI)),
        ("openai responses", "/v1", Provider(name: "p", dialect: .openAI, api: .responses)),
        ("openai lookup", "/v1", Provider(name: "p", dialect: .openAI, probe: .metadata)),
        ("azure-openai classic", "", Provider(name: "p", dialect: .azureOpenAI, apiVersion: "2024-10-21")),
        ("azure-openai v1", "", Provider(name: "p", dialect: .azureOpenAI)),
        ("openai-compatible chat", "/v1", Provider(name: "p", dialect: .openAICompatible)),
        ("anthropic messages", "/v1", Provider(name: "p", dialect: .anthropic, probe: .completion)),
        ("anthropic lookup", "/v1", Provider(name: "p", dialect: .anthropic)),
        ("google generate", "/v1beta", Provider(name: "p", dialect: .google)),
        ("google lookup", "/v1beta", Provider(name: "p", dialect: .google, probe: .metadata)),
    ]

    /// Headers that say what is asked, of whom and how, and not which library asks.
    private static let headersThatMatter = [
        "accept", "anthropic-version", "api-key", "authorization", "content-type", "x-api-key", "x-goog-api-key",
    ]

    /// Where a probe differs from a library, and why.
    private struct Difference: Hashable {
        var call: String
        var header: String
        var library: String?
        var probe: String?
        var reason: String

        static let jsonAlone = "a probe reads JSON alone, and says so"
        static let noBody = "a call without a body has no type to tell"
        static let azureKey = "OpenAI's library adds its own header to the one that Azure wants"
        static let anthropicKey =
            "the libraries since API version 2026-10-21 send a key as a token; the API takes both, gateways often the one alone"
        static let anthropicVersion =
            "the older version takes the parameters that the newer one refuses, and gateways know it; an entry's header sets another"
    }

    private static let differences: Set<Difference> = [
        Difference(
            call: "google generate", header: "accept", library: "*/*", probe: "application/json",
            reason: Difference.jsonAlone),
        Difference(
            call: "google lookup", header: "accept", library: "*/*", probe: "application/json",
            reason: Difference.jsonAlone),
        Difference(
            call: "google lookup", header: "content-type", library: "application/json", reason: Difference.noBody),
        Difference(
            call: "azure-openai v1", header: "authorization", library: "Bearer canary-key", reason: Difference.azureKey),
        Difference(
            call: "anthropic messages", header: "authorization", library: "Bearer canary-key",
            reason: Difference.anthropicKey),
        Difference(
            call: "anthropic lookup", header: "authorization", library: "Bearer canary-key",
            reason: Difference.anthropicKey),
        Difference(
            call: "anthropic messages", header: "x-api-key", probe: "canary-key", reason: Difference.anthropicKey),
        Difference(
            call: "anthropic lookup", header: "x-api-key", probe: "canary-key", reason: Difference.anthropicKey),
        Difference(
            call: "anthropic messages", header: "anthropic-version", library: "2026-10-21", probe: "2023-06-01",
            reason: Difference.anthropicVersion),
        Difference(
            call: "anthropic lookup", header: "anthropic-version", library: "2026-10-21", probe: "2023-06-01",
            reason: Difference.anthropicVersion),
    ]

    @Test(
        .enabled(
            if: FileManager.default.isExecutableFile(atPath: python),
            "the providers' libraries are not installed; deploy/test installs them"))
    func theyAreUnderstoodAndSendTheSame() async throws {
        let fake = try FakeProvider(answer: FakeDialects.answer)
        try fake.start()
        defer { fake.stop() }
        let words = [Self.python, "\(Self.root)/Tests/OfficialLibraries/call.py", fake.baseURL]
        let end = await withCheckedContinuation { ended in
            Thread.detachNewThread { ended.resume(returning: ChildProcess.run(words)) }
        }
        #expect(end.status == 0)
        let reports = try end.output.split(separator: UInt8(ascii: "\n")).map { try JSONDocument(Array($0)).root }
        let requests = fake.requests
        try #require(reports.count == 8 * Self.calls.count && requests.count == reports.count)
        var met: Set<Difference> = []
        for (report, request) in zip(reports, requests) {
            let words = try #require(report["call"]?.string).split(separator: " ")
            let name = words.prefix(2).joined(separator: " ")
            let call = try #require(Self.calls.first { $0.name == name })
            let model = words.count == 2 ? "m" : String(words[2])
            met.formUnion(try differences(of: request, call, model: model, url: fake.baseURL))
            if words.count == 2 {
                expectRead(report, call)
            } else {
                #expect(report["status"]?.integer == Int(model.dropFirst("status-".count)), "\(name) \(model)")
            }
        }
        // None stands in the list that is no more.
        #expect(met == Self.differences)
    }

    private func differences(
        of sent: RecordedRequest, _ call: (name: String, path: String, provider: Provider), model: String, url: String
    ) throws -> Set<Difference> {
        var provider = call.provider
        provider.baseURL = url + call.path
        let exchange = try ProbeExchange(
            Target(provider: provider, model: model), credential: Credential("canary-key"))
        let own = exchange.request(timeout: .seconds(1))
        #expect(own.method.rawValue == sent.method, "\(call.name)")
        #expect(own.url == url + sent.path, "\(call.name)")
        var met: Set<Difference> = []
        for header in Self.headersThatMatter {
            let mine = own.headers.first { $0.name.lowercased() == header }?.value
            let theirs = sent.header(header)
            guard mine != theirs else { continue }
            let difference = Self.differences.first {
                $0.call == call.name && $0.header == header && $0.library == theirs && $0.probe == mine
            }
            #expect(difference != nil, "\(call.name): \(header): \(theirs ?? "none"), and not \(mine ?? "none")")
            if let difference { met.insert(difference) }
        }
        guard !own.body.isEmpty || !sent.body.isEmpty else { return met }
        let (mine, theirs) = (try JSONDocument(own.body).root.plain, try JSONDocument(sent.body).root.plain)
        #expect(mine.canonicalText == theirs.canonicalText, "\(call.name)")
        return met
    }

    private func expectRead(_ report: JSONNode, _ call: (name: String, path: String, provider: Provider)) {
        #expect(report["error"] == nil, "\(call.name)")
        let name = call.name == "google lookup" ? "models/m-2026" : "m-2026"
        #expect(report["model"]?.string == name, "\(call.name)")
        guard call.provider.probeKind == .completion else { return }
        #expect(report["input"]?.integer == 8 && report["output"]?.integer == 1, "\(call.name)")
        if call.name.contains("chat") || call.name.contains("azure") {
            #expect(report["fingerprint"]?.string == "fp_m", "\(call.name)")
        }
    }
}
