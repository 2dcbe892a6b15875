import ConformanceSuites
import Testing

@testable import PrompterCore

/// Which signal patterns are about, and what is said of what they do not name.
struct ExpectationTests {
    private struct Seen {
        var model: String?
        var fingerprint: String?
        var digest: String?

        init(_ model: String?, fp fingerprint: String? = nil, digest: String? = nil) {
            self.model = model
            self.fingerprint = fingerprint
            self.digest = digest
        }
    }

    private static let hashes = (1...3).map { SHA256.digest("\($0)".utf8) }.map { Hexadecimal.encode($0) }

    /// Patterns, what was answered in turn, and what the last answer was said to be: empty where it was expected.
    private static let cases: [(patterns: [String], seen: [Seen], text: String)] = [
        (["m-1"], [Seen("m-1")], ""),
        (["m-1", "m-2"], [Seen("m-1"), Seen("m-2")], ""),
        (["m-*"], [Seen("m-1"), Seen("m-2")], ""),
        (["m-*"], [Seen("m-1"), Seen("other")], "asked answers as other, which t does not expect (m-*)"),
        // A fingerprint that slips, be it the first that is seen, and whatever the model is called.
        (
            ["fp_1"], [Seen("m"), Seen("m", fp: "fp_1"), Seen("m", fp: "fp_2")],
            "asked answers with fingerprint fp_2, which t does not expect (fp_1)"
        ),
        (["fp_1"], [Seen("m", fp: "fp_2")], "asked answers with fingerprint fp_2, which t does not expect (fp_1)"),
        (
            ["b5000-*"], [Seen("bert", fp: "b5123-7f")],
            "asked answers with fingerprint b5123-7f, which t does not expect (b5000-*)"
        ),
        (
            ["9f86d08*"], [Seen("m", fp: "3c59dc048e")],
            "asked answers with fingerprint 3c59dc048e, which t does not expect (9f86d08*)"
        ),
        // Another model has other fingerprints: that is one slip, of the model.
        (
            ["m-1"], [Seen("m-1", fp: "fp_1"), Seen("m-2", fp: "fp_2")],
            "asked answers as m-2, which t does not expect (m-1)"
        ),
        (["qwen-3"], [Seen("llama", fp: "fp_1")], "asked answers as llama, which t does not expect (qwen-3)"),
        // A digest, whose name stays the same; a server's own fingerprint says nothing of it.
        (
            [hashes[0]], [Seen("llama3", digest: hashes[0]), Seen("llama3", digest: hashes[1])],
            "asked answers with digest \(hashes[1]), which t does not expect (\(hashes[0]))"
        ),
        (
            ["\(hashes[0].prefix(12))*"], [Seen("llama3", fp: "fp_ollama", digest: hashes[2])],
            "asked answers with digest \(hashes[2]), which t does not expect (\(hashes[0].prefix(12))*)"
        ),
        (
            ["sha256:ab*"], [Seen("llama3", digest: "sha256:cd")],
            "asked answers with digest sha256:cd, which t does not expect (sha256:ab*)"
        ),
        ([hashes[0]], [Seen("llama3", digest: hashes[0]), Seen("qwen", digest: hashes[0])], ""),
        // An answer that does not carry what the patterns are about has not slipped.
        (["fp_1"], [Seen("m", fp: "fp_1"), Seen("m")], ""),
        ([hashes[0]], [Seen("llama3", digest: hashes[0]), Seen("llama3")], ""),
        // Any pattern will do, of whichever signal.
        (["m-1", "fp_9"], [Seen("m-1", fp: "fp_9"), Seen("m-1", fp: "fp_2")], ""),
        (["m-1", "fp_9"], [Seen("m-1", fp: "fp_9"), Seen("m-2", fp: "fp_9")], ""),
        (
            ["m-1", "fp_9"], [Seen("m-1", fp: "fp_9"), Seen("m-2", fp: "fp_2")],
            "asked answers as m-2, which t does not expect (m-1, fp_9)"
        ),
        // Where nobody says which model it is, its fingerprint does.
        (["x"], [Seen(nil, fp: "fp_1")], "asked answers with fingerprint fp_1, which t does not expect (x)"),
        (["a", "b", "c", "d", "e"], [Seen("m")], "asked answers as m, which t does not expect (a, b, c and 2 more)"),
    ]

    private let target = Example.target("asked").id
    private let watch = Watch.Key(org: "o", workspace: "w", template: "t", provider: "openai", model: "asked")

    @Test(arguments: cases.indices) func theSentenceNamesWhatHasSlipped(_ index: Int) throws {
        let (patterns, seen, text) = Self.cases[index]
        let (life, last) = try life(seen)
        let events = life.unexpected(last, by: [watch: Expectation(patterns)]) { _, _, _ in false }
        #expect(events.map { $0.text(model: "asked") } == (text.isEmpty ? [] : [text]))
        let told = life.unexpected(last, by: [watch: Expectation(patterns)]) { _, _, _ in true }
        #expect(told.isEmpty)
    }

    @Test func isMetByWhatIsLive() throws {
        let (life, _) = try life([Seen("m-1", fp: "fp_1"), Seen("m-2", fp: "fp_1")])
        for (patterns, isMet) in [
            (["m-1"], false), (["m-1", "m-2"], true), (["m-*"], true), (["fp_1"], true), (["fp_2"], false),
            (["m-1", "fp_1"], true), (["m-1", "fp_2"], false),
        ] {
            #expect(Expectation(patterns).isMet(by: life) == isMet, "\(patterns)")
        }
        #expect(Expectation(["m"]).isMet(by: TargetLife()) == nil)
    }

    /// More values may be live than a report lists.
    @Test func isNotMetWhereAnyOfManyIsNotExpected() throws {
        let many = try life((0..<30).map { Seen($0 == 3 ? "other" : "m-\($0)") }).life
        #expect(Expectation(["m-*"]).isMet(by: many) == false)
        #expect(Expectation(["m-*", "other"]).isMet(by: many) == true)
    }

    @Test func whatIsNoLongerShownIsNotKnown() throws {
        let gone = try life(Array(repeating: Seen("m", fp: "fp_1"), count: 30) + Array(repeating: Seen("m"), count: 40))
        #expect(Expectation(["fp_2"]).isMet(by: gone.life) == nil)
    }

    private func life(_ seen: [Seen]) throws -> (life: TargetLife, last: Observation) {
        var life = TargetLife()
        var observations: [Observation] = []
        for (index, seen) in seen.enumerated() {
            let version = try #require(
                VersionIdentity(resolvedModel: seen.model, fingerprint: seen.fingerprint, digest: seen.digest))
            let time = Timestamp(milliseconds: 1_764_000_000_000) + .seconds(index * 3600)
            let observation = Observation(
                id: UInt64(index), target: target, slot: Int64(index), time: time, version: version,
                shows: [.model, .fingerprint, .digest])
            _ = life.take(observation) { _, _ in false }
            observations.append(observation)
        }
        return (life, try #require(observations.last))
    }
}
