import ConformanceSuites
import PrompterCore
import PrompterDaemon
import Testing

@Suite(.timeLimit(.minutes(10))) struct StubProberTests {
    private let slow = StubProber(pause: .seconds(3600))

    private func target(_ provider: String, _ dialect: Dialect = .stub, model: String = "gpt-4o") -> Target {
        Target(provider: Provider(name: provider, dialect: dialect), model: model)
    }

    @Test func namesVersion() async throws {
        let version = try #require(VersionIdentity(resolvedModel: "claude", fingerprint: nil))
        try await ProberConformance.namesVersion(StubProber(), target("anthropic", model: "claude"), version)
        let paused = StubProber(pause: .milliseconds(1))
        try await ProberConformance.namesVersion(paused, target("anthropic", model: "claude"), version)
    }

    @Test func endsAtTimeout() async {
        await ProberConformance.endsAtTimeout(slow, target("openai"))
    }

    @Test func endsWhenCancelled() async {
        await ProberConformance.endsWhenCancelled(slow, target("openai")) {}
    }

    @Test func failsWithoutVersion() async {
        await ProberConformance.failsWithoutVersion(StubProber(), target("openai-eu"))
    }

    @Test func keepsAnswersApart() async throws {
        let expected = try (0..<64).map { number in
            let version = VersionIdentity(resolvedModel: "m-\(number)-stub-001", fingerprint: nil)
            return (target("google", model: "m-\(number)"), try #require(version))
        }
        try await ProberConformance.keepsAnswersApart(StubProber(pause: .milliseconds(1)), expected)
    }

    /// The service layer's own values, reckoned with `printf %s openai:gpt-4o | sha256sum`.
    @Test(arguments: [
        ("openai", "gpt-4o", "gpt-4o", "fp_stub_1cffe337"),
        ("azure-openai", "gpt-4o", "gpt-4o", "fp_stub_azure_a2a69af7"),
        ("google", "gemini-2.5-flash", "gemini-2.5-flash-stub-001", nil),
        ("anthropic", "claude-sonnet-4", "claude-sonnet-4", nil),
    ])
    func makesUpTheServiceLayersVersions(
        provider: String, model: String, resolvedModel: String, fingerprint: String?
    ) async throws {
        let expected = VersionIdentity(resolvedModel: resolvedModel, fingerprint: fingerprint)
        let answer = try await StubProber().probe(target(provider, model: model), timeout: .seconds(1))
        #expect(answer.version == expected)
        #expect(answer.version.key == fingerprint ?? resolvedModel)
        #expect(answer.usage == Usage())
    }

    /// Under a name that the service layer does not know, the dialect decides.
    @Test func fallsBackOnTheDialect() async throws {
        let answer = try await StubProber().probe(target("openai-eu", .openAI), timeout: .seconds(1))
        #expect(answer.version.fingerprint == "fp_stub_1cffe337")
    }

    @Test func latencyIsThePause() async throws {
        let answer = try await StubProber(pause: .milliseconds(2)).probe(target("openai"), timeout: .seconds(30))
        #expect(answer.latency == .milliseconds(2))
    }
}
