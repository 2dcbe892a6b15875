import ConformanceSuites
import CurlProbing
import OutsideParts
import PrompterCore
import Testing

@Suite(.timeLimit(.minutes(10))) struct LiveProberTests {
    private func target(_ provider: FakeProvider, model: String = "m") -> Target {
        target(.openAICompatible, provider.baseURL, model: model)
    }

    private func target(_ dialect: Dialect, _ url: String, model: String = "m") -> Target {
        Target(provider: Provider(name: "local", dialect: dialect, baseURL: url), model: model)
    }

    /// Answers with the model that was asked for and a fingerprint made of it.
    @Sendable private static func echo(_ request: RecordedRequest) -> FakeAnswer {
        let model = (try? JSONDocument(request.body))?.root["model"]?.string ?? "?"
        return .completion(model: "\(model)-2026", fingerprint: "fp_\(model)")
    }

    @Test func namesVersion() async throws {
        let version = try #require(VersionIdentity(resolvedModel: "m-2026", fingerprint: "fp_m"))
        try await Answering(Self.echo).use { provider, client in
            let prober = LiveProber(client: client, credentials: [:])
            try await ProberConformance.namesVersion(prober, target(provider), version)
        }
    }

    @Test func endsAtTimeout() async throws {
        try await Answering { _ in .hang }.use { provider, client in
            await ProberConformance.endsAtTimeout(LiveProber(client: client, credentials: [:]), target(provider))
        }
    }

    @Test func endsWhenCancelled() async throws {
        try await Answering { _ in .hang }.use { provider, client in
            let prober = LiveProber(client: client, credentials: [:])
            await ProberConformance.endsWhenCancelled(prober, target(provider)) { _ = await provider.request(1) }
        }
    }

    @Test func failsWithoutVersion() async throws {
        try await Answering { _ in .json("{\"choices\":[]}") }.use { provider, client in
            await ProberConformance.failsWithoutVersion(LiveProber(client: client, credentials: [:]), target(provider))
        }
    }

    @Test func keepsAnswersApart() async throws {
        try await Answering(Self.echo).use { provider, client in
            let expected = try (0..<200).map { number in
                let version = VersionIdentity(resolvedModel: "m-\(number)-2026", fingerprint: "fp_m-\(number)")
                return (target(provider, model: "m-\(number)"), try #require(version))
            }
            try await ProberConformance.keepsAnswersApart(LiveProber(client: client, credentials: [:]), expected)
        }
    }

    @Test func sendsTheProvidersOwnCredential() async throws {
        try await Answering(Self.echo).use { provider, client in
            let prober = LiveProber(
                client: client, credentials: ["local": Credential("sk-1"), "other": Credential("sk-2")])
            let answer = try await prober.probe(target(provider), timeout: .seconds(30))
            #expect(answer.usage == Usage(inputTokens: 8, outputTokens: 1))
            #expect(answer.latency > .zero)
            let stranger = LiveProber(client: client, credentials: ["other": Credential("sk-2")])
            _ = try await stranger.probe(target(provider), timeout: .seconds(30))
            #expect(provider.requests.map(\.path) == ["/chat/completions", "/chat/completions"])
            #expect(provider.requests.map { $0.header("Authorization") } == ["Bearer sk-1", nil])
        }
    }

    @Test func credentialNeverTravelsInPlainText() async throws {
        let client = try HTTPClient()
        let prober = LiveProber(client: client, credentials: ["local": Credential("sk-1")])
        let failure = await expectFailure(.invalidRequest, prober, target(.openAICompatible, "http://name.invalid/v1"))
        #expect(failure?.detail.description.contains("only over https") == true)
        // Without a credential it is tried.
        let open = LiveProber(client: client, credentials: [:])
        await expectFailure(.connection, open, target(.openAICompatible, "http://name.invalid/v1"))
        client.shutdown()
    }

    @Test(arguments: [Dialect.azureOpenAI, .google, .anthropic, .stub])
    func otherDialectsAreNotCalled(dialect: Dialect) async throws {
        try await Answering(Self.echo).use { provider, client in
            let prober = LiveProber(client: client, credentials: [:])
            await expectFailure(.invalidRequest, prober, target(dialect, provider.baseURL))
            #expect(provider.requests.isEmpty)
        }
    }

    /// One call each, whatever its class: nothing is tried again here.
    @Test(
        arguments: [
            (.json("<html>", status: 200), .malformed), (.json("{\"model\":\"m", status: 200), .malformed),
            (.json("", status: 200), .malformed), (.json("[]", status: 200), .malformed),
            (.json("{\"model\":7}", status: 200), .malformed), (.json("{\"model\":\"a\",\"model\":\"b\"}"), .malformed),
            (.json("{\"error\":{\"message\":\"no\"}}", status: 200), .malformed),
            (.endless(chunk: Array(repeating: 32, count: 4096)), .malformed),
            (.response(status: 302, headers: [HTTPHeader("Location", "/")], body: []), .malformed),
            (.json("{}", status: 401), .auth), (.json("{}", status: 404), .notFound),
            (.json("{}", status: 429), .rateLimited),
            (.json("<html>", status: 502), .serverError), (.json("{}", status: 400), .invalidRequest),
            (.bytes([]), .connection), (.truncated([123], length: 100), .connection),
        ] as [(FakeAnswer, FailureClass)])
    func failuresHaveTheirClass(answer: FakeAnswer, expected: FailureClass) async throws {
        try await Answering { _ in answer }.use { provider, client in
            await expectFailure(expected, LiveProber(client: client, credentials: [:]), target(provider))
            #expect(provider.requests.count == 1)
        }
    }

    @discardableResult
    private func expectFailure(
        _ expected: FailureClass, _ prober: LiveProber, _ target: Target,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async -> ProbeFailure? {
        let failure = await #expect(throws: ProbeFailure.self, sourceLocation: sourceLocation) {
            try await prober.probe(target, timeout: .seconds(30))
        }
        #expect(failure?.failureClass == expected, "\(failure?.description ?? "")", sourceLocation: sourceLocation)
        return failure
    }
}
