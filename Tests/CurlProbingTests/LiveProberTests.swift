import ConformanceSuites
import CurlProbing
import OutsideParts
import PrompterCore
import Testing

@Suite(.timeLimit(.minutes(10))) struct LiveProberTests {
    /// A way of being called, and what an answer in it names of the model `m`.
    struct Way: Sendable, CustomTestStringConvertible {
        var dialect: Dialect
        var path = "/v1"
        var api: CallForm?
        var apiVersion: String?
        var probe: ProbeKind?
        var server: Server?
        var hasFingerprint = false

        var testDescription: String {
            [dialect.rawValue, api?.rawValue, apiVersion, probe?.rawValue, server?.rawValue].compactMap(\.self)
                .joined(separator: " ")
        }

        func target(_ url: String, model: String = "m") -> Target {
            Target(
                provider: Provider(
                    name: "local", dialect: dialect, baseURL: url + path, api: api, apiVersion: apiVersion,
                    probe: probe,
                    server: server),
                model: model)
        }

        /// What ``FakeDialects`` answers.
        func version(_ model: String = "m") -> VersionIdentity? {
            let isTags = server == .ollama
            return VersionIdentity(
                resolvedModel: isTags && probe == nil ? "\(model):latest" : "\(model)-2026",
                fingerprint: hasFingerprint ? "fp_\(model)" : nil, digest: isTags ? "sha-\(model)" : nil)
        }
    }

    static let ways = [
        Way(dialect: .openAI, hasFingerprint: true), Way(dialect: .openAI, api: .responses),
        Way(dialect: .openAI, probe: .metadata), Way(dialect: .openAI, probe: .both, hasFingerprint: true),
        Way(dialect: .azureOpenAI, path: "", hasFingerprint: true),
        Way(dialect: .azureOpenAI, path: "", apiVersion: "2024-10-21", hasFingerprint: true),
        Way(dialect: .azureOpenAI, path: "/openai/v1", api: .responses),
        Way(dialect: .google, path: "/v1beta"), Way(dialect: .google, path: "/v1beta", probe: .metadata),
        Way(dialect: .google, path: "/v1beta", probe: .both), Way(dialect: .anthropic),
        Way(dialect: .anthropic, probe: .completion), Way(dialect: .anthropic, probe: .both),
        Way(dialect: .openAICompatible, hasFingerprint: true), Way(dialect: .openAICompatible, api: .responses),
        Way(dialect: .openAICompatible, server: .ollama),
        Way(dialect: .openAICompatible, probe: .both, server: .ollama),
    ]

    private func target(_ provider: FakeProvider, model: String = "m") -> Target {
        target(.openAICompatible, provider.baseURL, model: model)
    }

    private func target(_ dialect: Dialect, _ url: String, model: String = "m") -> Target {
        Target(provider: Provider(name: "local", dialect: dialect, baseURL: url), model: model)
    }

    private func prober(_ client: HTTPClient, _ key: String? = nil, retries: RetryPauses = .none) -> LiveProber {
        LiveProber(client: client, credentials: key.map { ["local": Credential($0)] } ?? [:], pauses: retries)
    }

    @Test(arguments: ways) func namesVersion(_ way: Way) async throws {
        try await Answering(FakeDialects.answer).use { provider, client in
            let target = way.target(provider.baseURL)
            let metadata = try await prober(client).probe(target, timeout: .seconds(600)).metadata
            let isTold = target.kind != .completion && [.google, .anthropic].contains(way.dialect)
            #expect((metadata != nil) == isTold)
            let version = try #require(way.version())
            try await ProberConformance.namesVersion(prober(client), target, version)
        }
    }

    /// Behind a connection that was used before the same server would answer again.
    @Test func aConfirmationHasAConnectionOfItsOwn() async throws {
        let connections = Locked<[Int]>([])
        let answering = Answering { request in
            connections.withLock { $0.append(request.connection) }
            return FakeDialects.answer(request)
        }
        try await answering.use { provider, client in
            let target = target(provider)
            for isNew in [false, false, true, false, true, true] {
                _ = try await prober(client).probe(target, timeout: .seconds(600), onNewConnection: isNew)
            }
        }
        let used = connections.withLock(\.self)
        #expect(used[1] == used[0])
        for index in [2, 4, 5] { #expect(!used[..<index].contains(used[index])) }
    }

    @Test(arguments: ways) func endsAtTimeout(_ way: Way) async throws {
        try await Answering { _ in .hang }.use { provider, client in
            await ProberConformance.endsAtTimeout(prober(client), way.target(provider.baseURL))
        }
    }

    @Test(arguments: ways) func endsWhenCancelled(_ way: Way) async throws {
        try await Answering { _ in .hang }.use { provider, client in
            await ProberConformance.endsWhenCancelled(prober(client), way.target(provider.baseURL)) {
                _ = await provider.request(1)
            }
        }
    }

    @Test(arguments: ways) func failsWithoutVersion(_ way: Way) async throws {
        try await Answering { _ in .json(#"{"choices":[],"models":[{"name":"m"}]}"#) }.use { provider, client in
            await ProberConformance.failsWithoutVersion(prober(client), way.target(provider.baseURL))
        }
    }

    @Test(arguments: ways) func keepsAnswersApart(_ way: Way) async throws {
        try await Answering(FakeDialects.answer).use { provider, client in
            let expected = try (0..<50).map { number in
                let version = way.version("m-\(number)")
                return (way.target(provider.baseURL, model: "m-\(number)"), try #require(version))
            }
            try await ProberConformance.keepsAnswersApart(prober(client), expected)
        }
    }

    @Test func sendsTheProvidersOwnCredential() async throws {
        try await Answering(FakeDialects.answer).use { provider, client in
            let prober = LiveProber(
                client: client, credentials: ["local": Credential("sk-1"), "other": Credential("sk-2")])
            let answer = try await prober.probe(target(provider), timeout: .seconds(600))
            #expect(answer.usage == Usage(inputTokens: 8, outputTokens: 1))
            #expect(answer.latency > .zero)
            let stranger = LiveProber(client: client, credentials: ["other": Credential("sk-2")])
            _ = try await stranger.probe(target(provider), timeout: .seconds(600))
            #expect(provider.requests.map(\.path) == ["/chat/completions", "/chat/completions"])
            #expect(provider.requests.map { $0.header("Authorization") } == ["Bearer sk-1", nil])
        }
    }

    @Test func aRefusedKeyIsAskedForAnew() async throws {
        try await Answering { $0.number == 1 ? .json("", status: 401) : FakeDialects.answer($0) }.use {
            provider, client in
            let asked = Locked<[Bool]>([])
            let prober = LiveProber(client: client) { provider, isRefused throws(ProbeFailure) in
                let number = asked.withLock { asked in
                    asked.append(isRefused)
                    return asked.count
                }
                return Credential("sk-\(number)")
            }
            await expectFailure(.auth, prober, target(provider))
            for _ in 0..<2 { _ = try await prober.probe(target(provider), timeout: .seconds(600)) }
            #expect(asked.withLock { $0 } == [false, true, false])
            #expect(provider.requests.map { $0.header("Authorization") } == (1...3).map { "Bearer sk-\($0)" })
        }
    }

    @Test func whoseKeyIsMissingIsNotCalled() async throws {
        try await Answering(FakeDialects.answer).use { provider, client in
            var entry = target(provider).provider
            for place in [Provider.CredentialPlace.file("key"), .environment("KEY")] {
                entry.credentialPlace = place
                await expectFailure(.auth, prober(client), Target(provider: entry, model: "m"))
            }
            #expect(provider.requests.isEmpty)
        }
    }

    @Test func credentialNeverTravelsInPlainText() async throws {
        let client = try HTTPClient()
        let prober = LiveProber(client: client, credentials: ["local": Credential("sk-1")])
        let failure = await expectFailure(.invalidRequest, prober, target(.openAICompatible, "http://name.invalid/v1"))
        #expect(failure?.detail.description.contains("only over https") == true)
        // Without a credential it is tried.
        let open = self.prober(client)
        await expectFailure(.connection, open, target(.openAICompatible, "http://name.invalid/v1"))
        client.shutdown()
    }

    @Test func aStubIsNotCalled() async throws {
        try await Answering(FakeDialects.answer).use { provider, client in
            await expectFailure(.invalidRequest, prober(client), target(.stub, provider.baseURL))
            #expect(provider.requests.isEmpty)
        }
    }

    // MARK: Trying again

    @Test(arguments: [
        (FakeAnswer.json("", status: 500), 3), (.json("", status: 503), 3), (.json("", status: 408), 3),
        (.bytes([]), 3),
        (.json("", status: 429), 1), (.json("", status: 401), 1), (.json("", status: 404), 1), (.json("{}"), 1),
        (.json("{"), 1), (.json("", status: 400), 1),
        (.response(status: 503, headers: [HTTPHeader("Retry-After", "1")], body: []), 1),
    ])
    func onlyAServersErrorOrABrokenConnectionIsTriedAgain(answer: FakeAnswer, calls: Int) async throws {
        try await Answering { _ in answer }.use { provider, client in
            let pauses = Locked<[Duration]>([])
            let retries = RetryPauses(random: { 0.5 }, sleep: { pause in pauses.withLock { $0.append(pause) } })
            _ = try? await prober(client, retries: retries).probe(target(provider), timeout: .seconds(600))
            #expect(provider.requests.count == calls)
            #expect(
                pauses.withLock { $0 } == Array([Duration.milliseconds(437.5), .milliseconds(875)].prefix(calls - 1)))
        }
    }

    @Test func whatWorksTheThirdTimeIsASuccess() async throws {
        try await Answering { $0.number < 3 ? .json("", status: 502) : FakeDialects.answer($0) }.use {
            provider, client in
            let answer = try await prober(client, retries: RetryPauses(sleep: { _ in }))
                .probe(target(provider), timeout: .seconds(600))
            #expect(answer.version.key == "fp_m" && provider.requests.count == 3)
        }
    }

    @Test func thereIsNoPauseBeyondTheTimeout() async throws {
        try await Answering { _ in .json("", status: 500) }.use { provider, client in
            let retries = RetryPauses(random: { 0 }, sleep: { _ in Issue.record("it waited") })
            let failure = await #expect(throws: ProbeFailure.self) {
                try await prober(client, retries: retries).probe(target(provider), timeout: .milliseconds(500))
            }
            #expect(failure?.failureClass == .serverError || failure?.failureClass == .timeout)
        }
    }

    @Test func aProbeThatIsStoppedInAPauseEnds() async throws {
        try await Answering { _ in .json("", status: 500) }.use { provider, client in
            let retries = RetryPauses(sleep: { _ in throw CancellationError() })
            await expectFailure(.timeout, prober(client, retries: retries), target(provider))
            #expect(provider.requests.count == 1)
        }
    }

    // MARK: Learning

    private static let tooSmall = FakeAnswer.json(
        #"{"error":{"message":"Could not finish the message because max_tokens or model output limit was reached."}}"#,
        status: 400)

    @Test func whatWasLearnedIsKept() async throws {
        try await Answering { $0.path.hasSuffix("/completions") ? Self.tooSmall : FakeDialects.answer($0) }.use {
            provider, client in
            let target = target(.openAI, provider.baseURL)
            let calls = CallVariants()
            let prober = LiveProber(client: client, credentials: [:], calls: calls)
            let first = try await prober.probe(target, timeout: .seconds(600))
            #expect(first.learned == CallVariant(form: .responses))
            #expect(try await prober.probe(target, timeout: .seconds(600)).learned == nil)
            // The prober that takes its place begins there, whatever was kept before.
            calls.add([target.id: CallVariant(form: .chat)])
            let next = LiveProber(client: client, credentials: [:], calls: calls)
            #expect(try await next.probe(target, timeout: .seconds(600)).learned == nil)
            #expect(
                provider.requests.map(\.path) == ["/chat/completions", "/responses", "/responses", "/responses"])
        }
    }

    @Test func whatNoLongerWorksIsForgotten() async throws {
        try await Answering { $0.path == "/responses" ? .json("", status: 404) : FakeDialects.answer($0) }.use {
            provider, client in
            let target = target(.openAI, provider.baseURL)
            let prober = LiveProber(
                client: client, credentials: [:], calls: CallVariants([target.id: CallVariant(form: .responses)]))
            await expectFailure(.address, prober, target)
            let next = try await prober.probe(target, timeout: .seconds(600))
            #expect(next.learned == nil)
            #expect(provider.requests.map(\.path) == ["/responses", "/chat/completions"])
        }
    }

    // MARK: Encodings and streams

    /// `{"model":"m-gzip","choices":[]}`, and the beginning of a MiB and more of spaces, as gzip writes them.
    private static let packed = gzip(stored: Array(#"{"model":"m-gzip","choices":[]}"#.utf8))

    /// `bytes` in the format of gzip, stored as they are (RFC 1951, section 3.2.4; RFC 1952).
    private static func gzip(stored bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
        var rest = bytes[...]
        repeat {
            let part = rest.prefix(0xFFFF)
            rest = rest.dropFirst(part.count)
            let count = UInt16(part.count)
            out += [rest.isEmpty ? 1 : 0] + little(count) + little(~count) + part
        } while !rest.isEmpty
        var sum: UInt32 = .max
        for byte in bytes {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
        }
        return out + little(~sum) + little(UInt32(truncatingIfNeeded: bytes.count))
    }

    private static func little<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }

    private static func encoded(_ name: String, _ body: [UInt8], status: Int = 200) -> FakeAnswer {
        .response(status: status, headers: [HTTPHeader("Content-Encoding", name)], body: body)
    }

    @Test func anEncodingThatNobodyAskedForIsUndone() async throws {
        try await Answering { _ in Self.encoded("gzip", Self.packed) }.use { provider, client in
            let answer = try await prober(client).probe(target(provider), timeout: .seconds(600))
            #expect(answer.version.key == "m-gzip")
            #expect(provider.requests.first?.header("Accept-Encoding") == nil)
        }
        let refusal = Self.gzip(stored: Array(#"{"error":{"message":"seed is odd"}}"#.utf8))
        try await Answering { _ in Self.encoded("gzip", refusal, status: 400) }.use { provider, client in
            let failure = await expectFailure(.invalidRequest, prober(client), target(provider))
            #expect(failure?.detail.description == "status 400: seed is odd")
        }
    }

    /// The body is plain text, whatever its header claims.
    @Test(arguments: ["utf-8", "UTF8", "identity", "none", "gzip", "br", "application/json"])
    func whatIsNotEncodedIsReadAsItIs(claimed: String) async throws {
        let body = Array(#"{"model":"m-plain","choices":[]}"#.utf8)
        try await Answering { _ in Self.encoded(claimed, body) }.use { provider, client in
            let answer = try await prober(client).probe(target(provider), timeout: .seconds(600))
            #expect(answer.version.key == "m-plain")
        }
    }

    @Test(arguments: [
        (encoded("gzip", gzip(stored: Array(repeating: 32, count: HTTPClient.largestBody + 1))), "longer than"),
        (encoded("gzip", Array(packed.dropLast(30)) + [1, 2, 3]), ""),
        (encoded("rot13", packed), "content encoding is invalid"),
    ])
    func aBadEncodingIsMalformed(answer: FakeAnswer, text: String) async throws {
        try await Answering { _ in answer }.use { provider, client in
            let failure = await expectFailure(.malformed, prober(client), target(provider))
            #expect(
                text.isEmpty || failure?.detail.description.contains(text) == true, "\(String(describing: failure))")
        }
    }

    /// A server that streams unless it is told not to, and one that streams whatever it is told.
    @Test(arguments: [true, false]) func aStreamIsReadAllTheSame(isObedient: Bool) async throws {
        let stream = "data: {\"model\":\"m-stream\",\"choices\":[]}\r\n\r\ndata: [DONE]\r\n\r\n"
        try await Answering { request in
            let asked = (try? JSONDocument(request.body))?.root["stream"]
            guard isObedient, case .bool(false) = asked?.value else {
                return .response(
                    status: 200, headers: [HTTPHeader("Content-Type", "text/event-stream")], body: Array(stream.utf8))
            }
            return FakeDialects.answer(request)
        }.use { provider, client in
            let answer = try await prober(client).probe(target(provider), timeout: .seconds(600))
            #expect(answer.version.key == (isObedient ? "fp_m" : "m-stream"))
        }
    }

    /// One call each, whatever its class, where nothing is tried again.
    @Test(
        arguments: [
            (.json("<html>", status: 200), .malformed), (.json("{\"model\":\"m", status: 200), .malformed),
            (.json("", status: 200), .malformed), (.json("[]", status: 200), .malformed),
            (.json("{\"model\":7}", status: 200), .malformed), (.json("{\"model\":\"a\",\"model\":\"b\"}"), .malformed),
            (.json("{\"error\":{\"message\":\"no\"}}", status: 200), .malformed),
            (.json("{\"error\":{\"code\":429}}", status: 200), .rateLimited),
            (.endless(chunk: Array(repeating: 32, count: 4096)), .malformed),
            (.response(status: 302, headers: [HTTPHeader("Location", "/")], body: []), .address),
            (.json("{}", status: 401), .auth), (.json("{}", status: 404), .address),
            (.json("{\"error\":{\"code\":\"model_not_found\"}}", status: 404), .notFound),
            (.json("{}", status: 429), .rateLimited),
            (.json("<html>", status: 502), .serverError), (.json("{}", status: 400), .invalidRequest),
            (.bytes([]), .connection), (.truncated([123], length: 100), .connection),
        ] as [(FakeAnswer, FailureClass)])
    func failuresHaveTheirClass(answer: FakeAnswer, expected: FailureClass) async throws {
        try await Answering { _ in answer }.use { provider, client in
            await expectFailure(expected, prober(client), target(provider))
            #expect(provider.requests.count == 1)
        }
    }

    @discardableResult
    private func expectFailure(
        _ expected: FailureClass, _ prober: LiveProber, _ target: Target,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async -> ProbeFailure? {
        let failure = await #expect(throws: ProbeFailure.self, sourceLocation: sourceLocation) {
            try await prober.probe(target, timeout: .seconds(600))
        }
        #expect(failure?.failureClass == expected, "\(failure?.description ?? "")", sourceLocation: sourceLocation)
        return failure
    }
}

extension RetryPauses {
    /// No time to try again.
    fileprivate static var none: RetryPauses { RetryPauses(random: { -1e9 }, sleep: { _ in }) }
}
