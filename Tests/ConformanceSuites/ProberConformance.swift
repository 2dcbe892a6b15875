public import PrompterCore
import Testing

/// What every ``Prober`` promises.
public enum ProberConformance {
    /// A success names the version that `target` answers with; its latency is not negative.
    public static func namesVersion(_ prober: any Prober, _ target: Target, _ version: VersionIdentity) async throws {
        let answer = try await prober.probe(target, timeout: .seconds(600))
        #expect(answer.version == version)
        #expect(answer.latency >= .zero)
    }

    /// A probe that would take far longer than its timeout ends as one.
    public static func endsAtTimeout(_ slow: any Prober, _ target: Target) async {
        await expectFailure(.timeout) { try await slow.probe(target, timeout: .milliseconds(50)) }
    }

    /// A probe whose task is cancelled ends, and has learned nothing.
    ///
    /// - Parameter begun: returns when a probe of `target` is under way.
    public static func endsWhenCancelled(
        _ slow: any Prober, _ target: Target, begun: @Sendable () async -> Void
    ) async {
        let probe = Task { try await slow.probe(target, timeout: .seconds(3600)) }
        await begun()
        probe.cancel()
        await expectFailure(.timeout) { try await probe.value }
    }

    /// An answer without a version is a failure of its own class, and never a version.
    public static func failsWithoutVersion(_ prober: any Prober, _ versionless: Target) async {
        await expectFailure(.noVersion) { try await prober.probe(versionless, timeout: .seconds(600)) }
    }

    /// Of many probes at once, each gets its own answer.
    ///
    /// - Parameter expected: each target with the version that it alone answers with.
    public static func keepsAnswersApart(_ prober: any Prober, _ expected: [(Target, VersionIdentity)]) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (target, version) in expected {
                group.addTask {
                    let answer = try await prober.probe(target, timeout: .seconds(600))
                    #expect(answer.version == version)
                }
            }
            try await group.waitForAll()
        }
    }

    private static func expectFailure(_ expected: FailureClass, _ probe: () async throws -> ProbeAnswer) async {
        let failure = await #expect(throws: ProbeFailure.self) { try await probe() }
        #expect(failure?.failureClass == expected)
    }
}
