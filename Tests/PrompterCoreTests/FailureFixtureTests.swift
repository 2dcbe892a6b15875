import ConformanceSuites
import PrompterCore
import Testing

/// Errors of every provider, written from the documented shapes: `Tests/Responses/failures.jsonl`, one a line. `class` is what a probe
/// fails by, `retry_after` in seconds how long the provider asks to be left alone, `target_only` whether an `auth` is of the
/// target alone, `scope` whose trouble it shows, `shown` what stands in the text for people, `model` what was asked for, `hint` that an
/// `address` is not said to be a wrong `base_url`; `next`
/// stands for a refusal that teaches: the call that follows, with `sends` in its body.
@Suite(.ownThread) struct FailureFixtureTests {
    struct Fixture: Sendable, CustomTestStringConvertible {
        var line: Int
        var dialect: Dialect
        var form: CallForm
        var response: HTTPResponse
        var failureClass: FailureClass?
        var next: CallForm?
        var retryAfter: Double?
        var isTargetOnly: Bool
        var scope: FailureScope?
        var shown: String?
        var sends: String?
        var hasHint: Bool
        var model: String

        var testDescription: String { "line \(line): \(dialect.rawValue), \(form.rawValue), status \(response.status)" }
    }

    private static let scopes: [String: FailureScope] = [
        "provider": .provider, "target": .target, "unknown": .unknown,
    ]

    static func fixtures() throws -> [Fixture] {
        try DialectExample.fixtures("failures").enumerated().map { index, row in
            Fixture(
                line: index + 1, dialect: try #require(row["dialect"]?.string.flatMap(Dialect.init)),
                form: try #require(row["form"]?.string.flatMap(CallForm.init)),
                response: HTTPResponse(
                    status: try #require(row["status"]?.integer), headers: DialectExample.headers(row["headers"]),
                    body: DialectExample.body(row["body"])),
                failureClass: row["class"]?.string.flatMap(FailureClass.init),
                next: row["next"]?.string.flatMap(CallForm.init),
                retryAfter: row["retry_after"].flatMap { Double($0.plain.text) },
                isTargetOnly: row["target_only"] != nil,
                scope: row["scope"].flatMap { Self.scopes[$0.string ?? ""] }, shown: row["shown"]?.string,
                sends: row["sends"]?.string, hasHint: row["hint"] == nil, model: row["model"]?.string ?? "model-1")
        }
    }

    @Test func everyDialectAndClassIsThere() throws {
        let fixtures = try Self.fixtures()
        #expect(fixtures.count >= 300)
        #expect(Set(fixtures.map(\.dialect)) == Set(Dialect.allCases).subtracting([.stub]))
        #expect(Set(fixtures.map(\.form)) == Set(CallForm.allCases))
        // These two come from the connection, not from a response.
        #expect(
            Set(fixtures.compactMap(\.failureClass)) == Set(FailureClass.allCases).subtracting([.timeout, .connection]))
        #expect(fixtures.allSatisfy { ($0.failureClass == nil) != ($0.next == nil) })
    }

    @Test(arguments: try fixtures())
    func isJudgedAsExpected(_ fixture: Fixture) throws {
        let target = DialectExample.target(
            fixture.dialect, fixture.form, model: fixture.model,
            isFree: fixture.form == .chat && fixture.next == .responses)
        var exchange = try ProbeExchange(target, credential: nil)
        #expect(exchange.form == fixture.form)
        if let next = fixture.next {
            let first = exchange.request(timeout: .zero)
            #expect(try exchange.take(fixture.response) == nil)
            #expect(exchange.form == next)
            #expect(exchange.request(timeout: .zero) != first)
            let sent = String(decoding: exchange.request(timeout: .zero).body, as: UTF8.self)
            if let sends = fixture.sends { #expect(sent.contains(sends), "\(sent)") }
            return
        }
        let failure = #expect(throws: ProbeFailure.self) { try exchange.take(fixture.response) }
        guard let failure else { return }
        #expect(failure.failureClass == fixture.failureClass, "\(failure)")
        #expect((failure.scope != .provider && failure.failureClass == .auth) == fixture.isTargetOnly)
        if let scope = fixture.scope { #expect(failure.scope == scope, "\(failure)") }
        if let shown = fixture.shown { #expect(failure.detail.description.contains(shown), "\(failure)") }
        let hasHint = failure.failureClass == .address && fixture.hasHint
        #expect(failure.detail.description.hasSuffix("(is the base_url right?)") == hasHint, "\(failure)")
        let seconds = failure.retryAfter.map { Double($0.milliseconds) / 1000 }
        if let expected = fixture.retryAfter {
            #expect(abs((seconds ?? -1) - expected) < 0.001, "\(String(describing: failure.retryAfter))")
        } else {
            #expect(seconds == nil)
        }
        for key in ["sk-abc", "AIza"] { #expect(!failure.description.contains(key)) }
    }
}
