import ConformanceSuites
import OutsideParts
import PrompterCore
import RedisGuarding
import Testing

struct RedisGuardConformanceTests {
    @Test(arguments: ProbeGuardConformance.promises)
    func keepsAlone(_ promise: ProbeGuardPromise) async throws {
        let fleet = try await TestFleet()
        let member = try await fleet.member()
        try await promise.check(
            ProbeGuardSubject(member, member) { try TestFleet.pass($0, of: $1, in: fleet.redis) })
        #expect(member.report.isUp)
        #expect(member.report.lastError == nil)
        await member.shutdown()
        await fleet.redis.stop()
    }

    @Test(arguments: ProbeGuardConformance.promises)
    func keepsInFleet(_ promise: ProbeGuardPromise) async throws {
        let fleet = try await TestFleet()
        let first = try await fleet.member()
        let other = try await fleet.member()
        try await promise.check(ProbeGuardSubject(first, other) { try TestFleet.pass($0, of: $1, in: fleet.redis) })
        #expect(first.report.lastError == nil)
        #expect(other.report.lastError == nil)
        await first.shutdown()
        await other.shutdown()
        await fleet.redis.stop()
    }

    @Test(arguments: ProbeGuardConformance.promises)
    func keepsWithoutRedis(_ promise: ProbeGuardPromise) async throws {
        let clock = TestClock()
        let member = RedisGuard(url: try RedisURL("unix:///nowhere/redis.sock")) { clock.now }
        #expect(await member.change()?.isUp == false)
        try await promise.check(ProbeGuardSubject(member, member))
        await member.shutdown()
    }
}
