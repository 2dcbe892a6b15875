import Testing

@testable import PrompterCore

/// What a server's list of models says of the one that answers.
struct ModelListingTests {
    private static let completion = #"{"model":"chat","system_fingerprint":"b4711-0a1b2c3d"}"#

    private func target(_ probe: ProbeKind?, model: String = "chat") -> Target {
        let provider = Provider(
            name: "p", dialect: .openAICompatible, baseURL: "http://127.0.0.1:8000/v1", probe: probe)
        return Target(provider: provider, model: model)
    }

    /// The answer of a probe that reads `entry` in the list.
    private func answer(_ entry: String, model: String = "chat") throws -> ProbeAnswer {
        var exchange = try ProbeExchange(target(.metadata, model: model), credential: nil)
        #expect(exchange.request(timeout: .zero).url == "http://127.0.0.1:8000/v1/models")
        return try #require(try exchange.take(DialectExample.response(#"{"object":"list","data":[\#(entry)]}"#)))
    }

    private func metadata(_ members: String) throws -> String? {
        try answer(#"{"id":"chat","object":"model","owned_by":"x",\#(members)}"#).metadata
    }

    @Test(arguments: [
        (#""created":1764000000"#, #""created":1764000001"#),
        (#""meta":{"n_params":8,"n_ctx":4096}"#, #""meta":{"n_params":8.0,"n_ctx":512}"#),
        (
            #""max_model_len":8,"permission":[{"id":"modelperm-1"}]"#,
            #""permission":[{"id":"modelperm-2"}],"max_model_len":8"#
        ),
        (#""size":1,"loaded":true,"lastUsed":3,"loaded_at":"now""#, #""size":1,"loaded":false,"lastUsed":4"#),
        (#""size":1,"status":{"value":"loaded","args":["-m","x"]}"#, #""size":1,"status":{"value":"sleeping"}"#),
        (#""root":"/models/a","parent":null"#, #""root":"/models/a""#),
        (#""info":{"layers":2,"expires_at":1}"#, #""info":{"expires_at":9,"layers":2}"#),
    ])
    func staysWhileTheModelStays(one: String, other: String) throws {
        #expect(try metadata(one) == metadata(other))
    }

    @Test(arguments: [
        (#""meta":{"size":96576768}"#, #""meta":{"size":143025408}"#),
        (#""meta":{"n_params":1,"n_vocab":5}"#, #""meta":{"n_params":2,"n_vocab":5}"#),
        (#""max_model_len":8192"#, #""max_model_len":4096"#), (#""root":"org/a""#, #""root":"org/b""#),
        (#""details":{"quantization_level":"Q4_0"}"#, #""details":{"quantization_level":"Q8_0"}"#),
        (#""architecture":{"modality":["text"]}"#, #""architecture":{"modality":["text","image"]}"#),
    ])
    func changesWithTheModel(one: String, other: String) throws {
        let (before, after) = (try metadata(one), try metadata(other))
        #expect(before != nil && after != nil && before != after)
    }

    @Test func anEntryThatTellsNothingShowsNothing() throws {
        let answer = try answer(#"{"id":"chat","object":"model","created":1,"owned_by":"x"}"#)
        #expect(answer.metadata == nil && answer.shows == .model && answer.version.resolvedModel == "chat")
    }

    @Test func findsTheEntry() throws {
        let two = #"{"id":"a","size":1},{"id":"b","size":2,"aliases":["chat"]}"#
        #expect(try answer(two).version.resolvedModel == "b")
        #expect(try answer(two, model: "a").version.resolvedModel == "a")
        // A server of one model answers by any name.
        #expect(try answer(#"{"id":"/models/a.gguf","size":1}"#).version.resolvedModel == "/models/a.gguf")
        #expect { try answer(two, model: "c") } throws: { ($0 as? ProbeFailure)?.failureClass == .noVersion }
        var exchange = try ProbeExchange(target(.metadata), credential: nil)
        #expect(throws: ProbeFailure.self) { try exchange.take(DialectExample.response(#"{"models":[]}"#)) }
    }

    /// Whether a probe asks for the list after a completion.
    private func asks(_ probe: ProbeKind?, fingerprint: String?, server: String? = nil) throws -> Bool {
        var exchange = try ProbeExchange(target(probe), credential: nil)
        let text = fingerprint.map { #","system_fingerprint":"\#($0)""# } ?? ""
        let headers = server.map { [HTTPHeader("server", $0)] } ?? []
        let answer = try exchange.take(DialectExample.response(200, headers, #"{"model":"chat","choices":[]\#(text)}"#))
        #expect((answer == nil) == (exchange.form == .lookup))
        return answer == nil
    }

    @Test func asksWhoIsKnownToTellMore() throws {
        for fingerprint in ["b4711-0a1b2c3d", "b0-unknown", "b1-abcdef0"] {
            #expect(try asks(nil, fingerprint: fingerprint), "\(fingerprint)")
            #expect(try !asks(.completion, fingerprint: fingerprint), "\(fingerprint)")
        }
        #expect(try asks(nil, fingerprint: nil, server: "llama.cpp") && asks(.both, fingerprint: nil))
        for fingerprint in ["fp_a1b2c3", "b-0a1b2c3d", "b12-xyzxyz", "b12-", "build-0a1b2c3d", "b12-abc", nil] {
            #expect(try !asks(nil, fingerprint: fingerprint, server: "uvicorn"), "\(fingerprint ?? "-")")
        }
    }

    @Test func theListIsBesideTheCompletion() throws {
        var exchange = try ProbeExchange(target(nil), credential: nil)
        #expect(try exchange.take(DialectExample.response(Self.completion)) == nil)
        let list = #"{"data":[{"id":"chat","meta":{"n_params":7}}]}"#
        let answer = try #require(try exchange.take(DialectExample.response(list)))
        #expect(answer.metadata != nil && answer.version.fingerprint == "b4711-0a1b2c3d")
        #expect(answer.shows == [.model, .fingerprint, .metadata])
        // Without it the completion stands alone.
        exchange = try ProbeExchange(target(nil), credential: nil)
        _ = try exchange.take(DialectExample.response(Self.completion))
        #expect(try exchange.take(DialectExample.response(404, [], ""))?.shows == .completion)
    }
}
