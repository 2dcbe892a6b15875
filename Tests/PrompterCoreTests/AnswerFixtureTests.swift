import ConformanceSuites
import Foundation
import PrompterCore
import Testing

/// Successes of every dialect, written from the documented shapes (`Tests/Responses/answers.jsonl`), and real ones, where they lie
/// beside the repository.
@Suite(.ownThread) struct AnswerFixtureTests {
    private static let signals: [String: SignalSet] = [
        "model": .model, "fingerprint": .fingerprint, "digest": .digest, "metadata": .metadata,
        "retirement": .retirement,
    ]

    @Test(arguments: try DialectExample.fixtures("answers"))
    func isReadAsExpected(_ row: JSONNode) throws {
        let dialect = try #require(row["dialect"]?.string.flatMap(Dialect.init))
        let form = try #require(row["form"]?.string.flatMap(CallForm.init))
        let target = DialectExample.target(dialect, form, model: row["asked"]?.string ?? "model-1")
        var exchange = try ProbeExchange(target, credential: nil)
        #expect(exchange.form == form)
        let response = HTTPResponse(
            status: 200, headers: DialectExample.headers(row["headers"]), body: DialectExample.body(row["body"]),
            duration: .milliseconds(7))
        let answer = try #require(try exchange.take(response))
        #expect(answer.version.resolvedModel == row["model"]?.string)
        #expect(answer.version.fingerprint == row["fingerprint"]?.string)
        #expect(answer.version.digest == row["digest"]?.string)
        if row["metadata"]?.string == "*" {
            #expect(answer.metadata?.utf8.count == 16)
        } else {
            #expect(answer.metadata == row["metadata"]?.string)
        }
        let shows = (row["shows"]?.elements ?? []).compactMap { $0.string.flatMap { Self.signals[$0] } }
        #expect(answer.shows == SignalSet(shows))
        #expect(answer.retirement?.iso8601 == row["retirement"]?.string)
        #expect(answer.usage == Usage(inputTokens: row["input"]?.integer, outputTokens: row["output"]?.integer))
        #expect(answer.latency == .milliseconds(7))
        #expect(answer.learned == nil)
    }

    private static let recorded: String? = {
        let top = #filePath.replacing(#/\/Tests\/.*$/#, with: "")
        let path = "\(top)/../shared/recorded/provider-responses.jsonl"
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }()

    private static let forms: [String: CallForm] = [
        "chat.completions": .chat, "responses": .responses, "messages": .messages, "generateContent": .generate,
    ]

    @Test(.enabled(if: recorded != nil, "the recorded responses are not beside the repository"))
    func everyRecordedResponseIsReadAsExpected() throws {
        let rows = try DialectExample.lines(Self.recorded ?? "")
        #expect(rows.count >= 347)
        for (index, row) in rows.enumerated() {
            let dialect = try #require(row["provider"]?.string.flatMap(Dialect.init))
            let form = try #require(row["api"]?.string.flatMap { Self.forms[$0] })
            let target = DialectExample.target(dialect, form, model: row["requested_model"]?.string ?? "")
            var exchange = try ProbeExchange(target, credential: nil)
            let response = HTTPResponse(
                status: try #require(row["status"]?.integer), headers: DialectExample.headers(row["headers"]),
                body: Array((row["body"]?.plain.text ?? "").utf8))
            let expected = row["expect"]
            switch Result(catching: { () throws(ProbeFailure) in try exchange.take(response) }) {
            case .success(let answer):
                #expect(expected?["outcome"]?.string == "version", "row \(index + 1)")
                #expect(answer?.version.resolvedModel == expected?["resolved_model"]?.string, "row \(index + 1)")
                #expect(answer?.version.fingerprint == expected?["fingerprint"]?.string, "row \(index + 1)")
                #expect(answer?.version.key == expected?["provider_version_key"]?.string, "row \(index + 1)")
                #expect(answer?.usage.inputTokens == expected?["input_tokens"]?.integer, "row \(index + 1)")
                #expect(answer?.usage.outputTokens == expected?["output_tokens"]?.integer, "row \(index + 1)")
            case .failure(let failure):
                let outcome = failure.failureClass == .noVersion ? "no_version" : "failure"
                #expect(expected?["outcome"]?.string == outcome, "row \(index + 1): \(failure)")
            }
        }
    }
}
