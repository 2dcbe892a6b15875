import PrompterCore
import Testing

/// What a probe sends, call after call, and what it makes of the responses together.
@Suite struct ProbeExchangeTests {
    private static let key = Credential("canary-key")

    private func target(
        _ dialect: Dialect, _ model: String = "model-1", url: String? = nil, api: CallForm? = nil,
        apiVersion: String? = nil, probe: ProbeKind? = .completion, server: Server? = nil, headers: [HTTPHeader] = [],
        instructions: String? = nil, parameters: String? = nil
    ) throws -> Target {
        Target(
            provider: Provider(
                name: "p", dialect: dialect, baseURL: url ?? DialectExample.urls[dialect] ?? "", api: api,
                apiVersion: apiVersion, probe: probe, server: server, headers: headers),
            model: model, systemInstructions: instructions,
            inferenceParameters: try parameters.map { try JSONDocument(Array($0.utf8)).root.plain })
    }

    private func request(
        _ target: Target, _ credential: Credential? = key, learned: CallVariant? = nil
    ) throws -> HTTPRequest {
        try ProbeExchange(target, credential: credential, learned: learned).request(timeout: .seconds(3))
    }

    private func body(_ target: Target, learned: CallVariant? = nil) throws -> String {
        String(decoding: try request(target, learned: learned).body, as: UTF8.self)
    }

    private func carried(_ request: HTTPRequest) -> [HTTPHeader] {
        request.headers.filter { !["Accept", "Content-Type"].contains($0.name) }
    }

    @Test func openAIAsksForTheSmallestCompletion() throws {
        let sent = try request(try target(.openAI))
        #expect(sent.method == .post && sent.url == "https://api.openai.com/v1/chat/completions")
        #expect(
            sent.headers == [
                HTTPHeader("Content-Type", "application/json"), HTTPHeader("Accept", "application/json"),
                HTTPHeader("Authorization", "Bearer canary-key"),
            ])
        #expect(sent.timeout == .seconds(3))
        #expect(
            try body(try target(.openAI))
                == #"{"model":"model-1","messages":[{"role":"user","content":"x"}],"max_completion_tokens":16,"#
                + #""stream":false}"#)
        #expect(
            try body(try target(.openAI, instructions: "Be \"terse\".", parameters: #"{"seed":1}"#))
                == #"{"model":"model-1","messages":[{"role":"system","content":"Be \"terse\"."},"#
                + #"{"role":"user","content":"x"}],"max_completion_tokens":16,"stream":false,"seed":1}"#)
    }

    @Test func aWatchsOwnCapStands() throws {
        for cap in ["max_tokens", "max_completion_tokens"] {
            #expect(
                try body(try target(.openAI, parameters: "{\"\(cap)\":1}"))
                    == "{\"model\":\"model-1\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"stream\":false,"
                    + "\"\(cap)\":1}")
        }
    }

    @Test func theResponsesAPIIsAskedWhereTheEntrySaysSo() throws {
        let plain = try target(.openAI, api: .responses)
        #expect(try request(plain).url == "https://api.openai.com/v1/responses")
        #expect(
            try body(plain) == #"{"model":"model-1","input":"x","max_output_tokens":16,"store":false,"stream":false}"#)
        // Parameters that were written for a completion get the names that they have here.
        let other = try target(
            .openAI, api: .responses, instructions: "i",
            parameters: #"{"max_completion_tokens":40,"reasoning_effort":"low","store":true}"#)
        #expect(
            try body(other)
                == #"{"model":"model-1","input":"x","instructions":"i","stream":false,"#
                + #""max_output_tokens":40,"reasoning":{"effort":"low"},"store":true}"#)
        #expect(
            try body(try target(.openAI, api: .responses, parameters: #"{"max_tokens":1}"#))
                == #"{"model":"model-1","input":"x","store":false,"stream":false,"max_output_tokens":16}"#)
    }

    @Test(arguments: [
        ("https://a.openai.azure.com", nil, "https://a.openai.azure.com/openai/v1/chat/completions"),
        ("https://a.openai.azure.com/openai", nil, "https://a.openai.azure.com/openai/v1/chat/completions"),
        ("https://a.openai.azure.com/openai/v1", nil, "https://a.openai.azure.com/openai/v1/chat/completions"),
        ("https://gateway/x/v1", nil, "https://gateway/x/v1/chat/completions"),
        (
            "https://a.openai.azure.com", "2024-10-21",
            "https://a.openai.azure.com/openai/deployments/my%20model%2F1/chat/completions?api-version=2024-10-21"
        ),
        (
            "https://a.openai.azure.com/openai/v1", "2024-10-21",
            "https://a.openai.azure.com/openai/deployments/my%20model%2F1/chat/completions?api-version=2024-10-21"
        ),
        (
            "https://a.openai.azure.com/openai/deployments", "preview",
            "https://a.openai.azure.com/openai/deployments/my%20model%2F1/chat/completions?api-version=preview"
        ),
    ])
    func azureIsAskedForItsDeployment(url: String, version: String?, expected: String) throws {
        let sent = try request(try target(.azureOpenAI, "my model/1", url: url, apiVersion: version))
        #expect(sent.url == expected)
        #expect(carried(sent) == [HTTPHeader("api-key", "canary-key")])
        let token = Credential("canary-token", isToken: true)
        #expect(
            carried(try request(try target(.azureOpenAI, url: url, apiVersion: version), token))
                == [HTTPHeader("Authorization", "Bearer canary-token")])
    }

    @Test func googleIsAskedForOneToken() throws {
        let plain = try target(.google)
        let sent = try request(plain)
        #expect(
            sent.url == "https://generativelanguage.googleapis.com/v1beta/models/model-1:generateContent"
                && sent.method == .post)
        #expect(carried(sent) == [HTTPHeader("x-goog-api-key", "canary-key")])
        #expect(
            try body(plain)
                == #"{"contents":[{"role":"user","parts":[{"text":"x"}]}],"generationConfig":{"maxOutputTokens":1}}"#)
        let other = try target(
            .google, "models/m?", instructions: "i", parameters: #"{"generationConfig":{"topK":1},"cachedContent":"c"}"#
        )
        #expect(try request(other).url.hasSuffix("/v1beta/models/m%3F:generateContent"))
        #expect(
            try body(other)
                == #"{"contents":[{"role":"user","parts":[{"text":"x"}]}],"systemInstruction":{"parts":[{"text":"i"}]},"#
                + #""generationConfig":{"maxOutputTokens":1,"topK":1},"cachedContent":"c"}"#)
    }

    @Test func anthropicIsLookedUp() throws {
        let looked = try request(try target(.anthropic, "claude 1/x", probe: nil, instructions: "i"))
        #expect(looked.method == .get && looked.url == "https://api.anthropic.com/v1/models/claude%201%2Fx")
        #expect(looked.body.isEmpty && !looked.headers.contains { $0.name == "Content-Type" })
        #expect(
            carried(looked) == [HTTPHeader("anthropic-version", "2023-06-01"), HTTPHeader("x-api-key", "canary-key")])
        let plain = try target(.anthropic, instructions: "i", parameters: #"{"max_tokens":5}"#)
        #expect(try request(plain).url == "https://api.anthropic.com/v1/messages")
        #expect(
            try body(plain)
                == #"{"model":"model-1","messages":[{"role":"user","content":"x"}],"stream":false,"system":"i","#
                + #""max_tokens":5}"#)
        #expect(
            try body(try target(.anthropic))
                == #"{"model":"model-1","max_tokens":1,"messages":[{"role":"user","content":"x"}],"stream":false}"#)
    }

    @Test func ollamaIsAskedForItsTags() throws {
        let sent = try request(
            try target(.openAICompatible, url: "http://127.0.0.1:11434/v1", probe: nil, server: .ollama))
        #expect(sent.method == .get && sent.url == "http://127.0.0.1:11434/api/tags")
    }

    @Test func theEntrysHeadersStandForTheUsualOnes() throws {
        let own = HTTPHeader("Anthropic-Version", "2099-01-01")
        #expect(
            carried(try request(try target(.anthropic, headers: [own])))
                == [HTTPHeader("x-api-key", "canary-key"), own])
        let credential = Credential("k", companions: [HTTPHeader("OpenAI-Project", "a")])
        let project = HTTPHeader("openai-project", "b")
        #expect(
            carried(try request(try target(.openAI, headers: [project]), credential))
                == [HTTPHeader("Authorization", "Bearer k"), project])
        #expect(
            carried(try request(try target(.openAI), credential))
                == [HTTPHeader("OpenAI-Project", "a"), HTTPHeader("Authorization", "Bearer k")])
    }

    @Test func aStubIsNeverCalled() throws {
        #expect(throws: ProbeFailure.self) { try ProbeExchange(try target(.stub), credential: nil) }
        let told = Target(provider: Provider(name: "p", dialect: .openAI, isStub: true), model: "m")
        #expect(throws: ProbeFailure.self) { try ProbeExchange(told, credential: nil) }
    }

    // MARK: What refusals teach

    private static let tooSmall =
        #"{"error":{"message":"Could not finish the message because max_tokens or model output "#
        + #"limit was reached. Please try again with higher max_tokens.","type":"invalid_request_error","param":null,"code":null}}"#

    private func refused(_ cap: String) -> HTTPResponse {
        DialectExample.response(
            400, [],
            "{\"error\":{\"message\":\"Unsupported parameter: '\(cap)'\",\"param\":\"\(cap)\",\"code\":\"unsupported_parameter\"}}"
        )
    }

    @Test func aCapThatIsTooSmallLeadsToTheResponses() throws {
        var exchange = try ProbeExchange(try target(.openAI), credential: nil)
        #expect(try exchange.take(DialectExample.response(400, [], Self.tooSmall)) == nil)
        #expect(exchange.form == .responses)
        let answer = try #require(
            try exchange.take(DialectExample.response(#"{"model":"o3-2025-04-16","choices":[]}"#)))
        #expect(answer.version.key == "o3-2025-04-16" && answer.shows == .model)
        #expect(answer.learned == CallVariant(form: .responses))
        // The next probe begins there.
        exchange = try ProbeExchange(try target(.openAI), credential: nil, learned: answer.learned)
        #expect(exchange.form == .responses)
        #expect(try exchange.take(DialectExample.response(#"{"model":"o3-2025-04-16","choices":[]}"#))?.learned == nil)
    }

    @Test func aRefusedCapIsSwappedOnce() throws {
        for (dialect, caps) in [
            (Dialect.openAI, ["max_completion_tokens", "max_tokens"]),
            (.openAICompatible, ["max_tokens", "max_completion_tokens"]),
        ] {
            var exchange = try ProbeExchange(try target(dialect), credential: nil)
            #expect(try exchange.take(refused(caps[0])) == nil)
            let sent = String(decoding: exchange.request(timeout: .zero).body, as: UTF8.self)
            #expect(sent.contains("\"\(caps[1])\":16") && !sent.contains(caps[0]))
            let answer = try #require(try exchange.take(DialectExample.response(#"{"model":"m","choices":[]}"#)))
            #expect(answer.learned?.text == caps[1])
            #expect(try body(try target(dialect), learned: answer.learned) == sent)
            // A provider that refuses both is not asked in turns.
            exchange = try ProbeExchange(try target(dialect), credential: nil)
            var calls = 0
            var failure: ProbeFailure?
            while failure == nil, calls < 10 {
                calls += 1
                do throws(ProbeFailure) {
                    #expect(try exchange.take(refused(exchange.request(timeout: .zero).cap)) == nil)
                } catch {
                    failure = error
                }
            }
            #expect(failure?.failureClass == .invalidRequest && calls == 2)
        }
    }

    @Test func nothingIsLearnedAgainstTheEntryOrTheWatch() throws {
        var forced = try ProbeExchange(try target(.openAI, api: .chat), credential: nil)
        #expect(throws: ProbeFailure.self) { try forced.take(DialectExample.response(400, [], Self.tooSmall)) }
        var capped = try ProbeExchange(try target(.openAI, parameters: #"{"max_tokens":1}"#), credential: nil)
        #expect(throws: ProbeFailure.self) { try capped.take(refused("max_tokens")) }
        // An entry that says otherwise stands against what was learned before.
        let learned = CallVariant(form: .responses)
        #expect(try ProbeExchange(try target(.openAI, api: .chat), credential: nil, learned: learned).form == .chat)
    }

    /// Azure's deployments have no Responses API; the resource has it.
    @Test func aDatedDeploymentIsAskedByTheResponses() throws {
        for url in ["https://a.openai.azure.com", "https://a.openai.azure.com/openai/deployments"] {
            let target = try target(.azureOpenAI, url: url, apiVersion: "2024-10-21")
            var exchange = try ProbeExchange(target, credential: nil)
            #expect(try exchange.take(DialectExample.response(400, [], Self.tooSmall)) == nil)
            let sent = exchange.request(timeout: .zero)
            #expect(sent.url == "https://a.openai.azure.com/openai/v1/responses")
            #expect(String(decoding: sent.body, as: UTF8.self).hasPrefix(#"{"model":"model-1","input":"x""#))
        }
    }

    @Test func aGatewayWithoutTheResponsesFailsAsItDidFirst() throws {
        let wrong = DialectExample.response(
            404, [], #"{"error":{"message":"This is not a chat model","param":"model"}}"#)
        var exchange = try ProbeExchange(try target(.openAICompatible), credential: nil)
        #expect(try exchange.take(wrong) == nil && exchange.form == .responses)
        let failure = #expect(throws: ProbeFailure.self) {
            try exchange.take(DialectExample.response(404, [], "404 page not found"))
        }
        #expect(failure?.failureClass == .invalidRequest)
        #expect(failure?.detail.description == "status 404: This is not a chat model")
    }

    /// Gateways give statuses and spellings of their own to what the provider says.
    @Test(arguments: [
        (
            404,
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
        ),
        (422, "max-tokens: extra inputs are not permitted"),
        (500, "create() got an unexpected keyword argument 'max_tokens'"),
        (500, "MaxTokens is not supported by this model, please use MaxCompletionTokens"),
        (502, "upstream: unknown field \"max_tokens\""),
        (400, "this model is not supported MaxTokens, please use MaxCompletionTokens"),
    ]) func aCapThatAGatewayRefusesIsSwapped(status: Int, text: String) throws {
        var exchange = try ProbeExchange(try target(.openAICompatible), credential: nil)
        let body = JSONValue.object([.init("error", .object([.init("message", .string(text))]))]).text
        #expect(try exchange.take(DialectExample.response(status, [], body)) == nil)
        #expect(exchange.request(timeout: .zero).cap == "max_completion_tokens")
    }

    /// A failure that happens to speak of a parameter teaches nothing.
    @Test(arguments: [
        (500, "error while reading the stream"), (502, "stream closed before max_tokens were read"),
        (503, "max_tokens is not supported"), (404, "the model does not exist"), (500, "max_tokens"),
    ]) func aFailureIsNoLesson(status: Int, text: String) throws {
        var exchange = try ProbeExchange(try target(.openAICompatible), credential: nil)
        let body = JSONValue.object([.init("error", .object([.init("message", .string(text))]))]).text
        #expect(throws: ProbeFailure.self) { try exchange.take(DialectExample.response(status, [], body)) }
    }

    @Test func aHigherCapIsAskedForWithinReason() throws {
        func least(_ number: Int) -> HTTPResponse {
            DialectExample.response(400, [], "{\"error\":{\"message\":\"max_tokens must be at least \(number)\"}}")
        }
        let target = try target(.openAICompatible)
        var exchange = try ProbeExchange(target, credential: nil)
        #expect(try exchange.take(least(32)) == nil)
        #expect(try exchange.take(least(64)) == nil)
        let answer = try exchange.take(DialectExample.response(#"{"model":"m","choices":[]}"#))
        #expect(answer?.learned?.text == "64")
        #expect(try body(target, learned: answer?.learned).contains(#""max_tokens":64"#))
        // A cap that costs is no lesson: the other name is tried instead, once.
        exchange = try ProbeExchange(target, credential: nil)
        #expect(try exchange.take(least(100_000)) == nil)
        #expect(String(decoding: exchange.request(timeout: .zero).body, as: UTF8.self).contains(":16"))
        #expect(throws: ProbeFailure.self) { try exchange.take(least(100_000)) }
        // Nor is a change of what the watch set.
        var set = try ProbeExchange(
            try self.target(.openAICompatible, parameters: #"{"max_tokens":1}"#), credential: nil)
        #expect(throws: ProbeFailure.self) { try set.take(least(32)) }
    }

    @Test func aSwapAndAnotherAPIAreTheMostCalls() throws {
        var exchange = try ProbeExchange(try target(.openAI, probe: .both), credential: nil)
        var forms = [exchange.form]
        for response in [
            refused("max_completion_tokens"), DialectExample.response(400, [], Self.tooSmall),
            DialectExample.response(400, [], #"{"error":{"message":"Unknown parameter: 'store'.","param":"store"}}"#),
            DialectExample.response(#"{"model":"o3","choices":[]}"#),
        ] {
            #expect(try exchange.take(response) == nil)
            forms.append(exchange.form)
        }
        #expect(forms == [.chat, .chat, .responses, .responses, .lookup] && forms.count == ProbeExchange.mostCalls)
        let answer = try exchange.take(DialectExample.response(#"{"id":"o3","shutdown_date":"2026-12-01"}"#))
        #expect(answer?.retirement?.iso8601 == "2026-12-01T00:00:00Z" && answer?.version.key == "o3")
        #expect(answer?.learned == CallVariant(form: .responses, leavesOutStore: true))
    }

    @Test func anAnthropicGatewayWithoutTheLookupIsAskedForAMessage() throws {
        let target = try target(.anthropic, probe: nil)
        var exchange = try ProbeExchange(target, credential: nil)
        #expect(try exchange.take(DialectExample.response(404, [], "")) == nil)
        #expect(exchange.form == .messages)
        let answer = try exchange.take(DialectExample.response(#"{"type":"message","model":"claude-1"}"#))
        #expect(answer?.learned == CallVariant(form: .messages) && answer?.shows == .model)
        #expect(try ProbeExchange(target, credential: nil, learned: answer?.learned).form == .messages)
        // A model that is gone is gone in both.
        exchange = try ProbeExchange(target, credential: nil)
        let gone = DialectExample.response(
            404, [], #"{"type":"error","error":{"type":"not_found_error","message":"model: model-1"}}"#)
        _ = try exchange.take(gone)
        let failure = #expect(throws: ProbeFailure.self) { try exchange.take(gone) }
        #expect(failure?.failureClass == .notFound)
    }

    @Test func whatWasLearnedHasATextAndBack() {
        for form in CallForm.allCases.map(Optional.some) + [nil] {
            for cap in OutputCap.allCases.map(Optional.some) + [nil] {
                for stream in CallVariant.Stream.allCases.map(Optional.some) + [nil] {
                    for (tokens, isOut) in [(nil, false), (32, false), (nil, true), (7, true)] {
                        let learned = CallVariant(
                            form: form, cap: cap, tokens: tokens, stream: stream, leavesOutStore: isOut)
                        #expect(CallVariant(text: learned.text) == learned)
                    }
                }
            }
        }
        #expect(CallVariant.usual.text == "usual")
        for text in [
            "", " ", "chat ", "chat chat", "max_tokens chat", "max_tokens max_tokens", "usual chat", "new", "-1", "0",
            "+5", "32 chat", "-store -store", "-stream +stream",
        ] {
            #expect(CallVariant(text: text) == nil, "\(text)")
        }
    }

    // MARK: Both

    @Test func bothAddsWhatTheLookupTells() throws {
        var exchange = try ProbeExchange(try target(.google, probe: .both), credential: nil)
        let completion = #"{"modelVersion":"gemini-1-001","usageMetadata":{"promptTokenCount":2}}"#
        #expect(try exchange.take(DialectExample.response(completion)) == nil)
        #expect(exchange.form == .lookup && exchange.request(timeout: .zero).method == .get)
        let answer = try #require(
            try exchange.take(DialectExample.response(#"{"name":"models/gemini-1","version":"001"}"#)))
        #expect(answer.version.resolvedModel == "gemini-1-001" && answer.metadata != nil)
        #expect(answer.shows == [.model, .metadata, .retirement] && answer.usage.inputTokens == 2)
    }

    @Test func aLookupThatFailsFailsNothing() throws {
        let completion = DialectExample.response(#"{"modelVersion":"gemini-1-001"}"#)
        for (response, expected) in [
            (DialectExample.response(500, [], ""), FailureClass.serverError),
            (DialectExample.response("{"), .malformed),
            (DialectExample.response(404, [], ""), .address),
            (DialectExample.response(#"{"error":{"code":1}}"#), .malformed),
        ] {
            var exchange = try ProbeExchange(try target(.google, probe: .both), credential: nil)
            _ = try exchange.take(completion)
            let answer = try exchange.take(response)
            #expect(answer?.version.key == "gemini-1-001" && answer?.shows == .model)
            #expect(answer?.lookupFailure?.failureClass == expected)
        }
        var exchange = try ProbeExchange(try target(.google, probe: .both), credential: nil)
        _ = try exchange.take(completion)
        let answer = try exchange.fail(.timeout, "late")
        #expect(answer.shows == .model && answer.lookupFailure?.failureClass == .timeout)
        // A completion that fails is not saved by a lookup.
        exchange = try ProbeExchange(try target(.google, probe: .both), credential: nil)
        #expect(throws: ProbeFailure.self) { try exchange.take(DialectExample.response("{}")) }
        #expect(exchange.form == .generate)
    }

    @Test func aNumberIsTheSameHoweverItIsWritten() throws {
        func metadata(_ body: String) throws -> String? {
            var exchange = try ProbeExchange(try target(.google, probe: .metadata), credential: nil)
            return try exchange.take(DialectExample.response(body))?.metadata
        }
        let one = try metadata(#"{"name":"models/m","version":"1","temperature":1,"topP":0.95}"#)
        #expect(try metadata(#"{"name":"models/m","topP":9.5e-1,"temperature":1.0,"version":"1","x":2}"#) == one)
        #expect(try metadata(#"{"name":"models/m","version":"1","temperature":1,"topP":0.9}"#) != one)
    }

    // MARK: Credentials in answers

    @Test func theCallsOwnCredentialNeverComesBack() throws {
        let credential = Credential("canary-0123456789")
        for body in [
            #"{"error":{"message":"bad key canary-0123456789!"}}"#, #"{"error":"\u0063anary-0123456789"}"#,
            "{\"error\":{\"message\":\"\(String(repeating: "x", count: 250))canary-0123456789\"}}",
        ] {
            for status in [200, 401] {
                var exchange = try ProbeExchange(try target(.openAI), credential: credential)
                let failure = #expect(throws: ProbeFailure.self) {
                    try exchange.take(DialectExample.response(status, [], body))
                }
                #expect(failure?.description.contains("canary") == false)
            }
        }
        for (dialect, headers, body) in [
            (Dialect.openAI, [], #"{"model":"m-canary-0123456789","choices":[]}"#),
            (.openAI, [], #"{"model":"m","system_fingerprint":"canary-0123456789"}"#),
            (.google, [], #"{"modelVersion":"canary-0123456789"}"#),
            (.azureOpenAI, [HTTPHeader("azureml-model-session", "canary-0123456789")], #"{"model":"m","choices":[]}"#),
        ] {
            var exchange = try ProbeExchange(try target(dialect), credential: credential)
            let failure = #expect(throws: ProbeFailure.self) {
                try exchange.take(DialectExample.response(200, headers, body))
            }
            #expect(failure?.failureClass == .malformed && failure?.description.contains("canary") == false)
        }
        let exchange = try ProbeExchange(try target(.openAI), credential: credential)
        let failure = #expect(throws: ProbeFailure.self) { try exchange.fail(.connection, "to canary-0123456789") }
        #expect(failure?.description == "connection: to <redacted>")
    }
}

extension HTTPRequest {
    /// Which cap its body names.
    fileprivate var cap: String {
        String(decoding: body, as: UTF8.self).contains("max_completion_tokens") ? "max_completion_tokens" : "max_tokens"
    }
}
