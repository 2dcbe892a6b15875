import ConformanceSuites
import PrompterCore
import Testing

struct LocalGuardTests {
    @Test func admitsOnce() async throws {
        try await ProbeGuardConformance.admitsOnce { LocalGuard() }
    }
}
