public import PrompterCore
import Testing

/// What every ``ProbeGuard`` promises.
public enum ProbeGuardConformance {
    public static func admitsOnce(_ make: () async throws -> any ProbeGuard) async throws {
        let target = try #require(TargetID(Array(repeating: 7, count: 32)))
        let slot = Slot(target: target, interval: .seconds(3600), number: 1)
        let now = Moment(wall: slot.begin, uptime: .seconds(100))
        let probeGuard = try await make()
        let first = await probeGuard.admit([Claim(slot: slot, id: 1, timeout: .seconds(30), at: now.wall)], at: now)
        let second = await probeGuard.admit([Claim(slot: slot, id: 2, timeout: .seconds(30), at: now.wall)], at: now)
        guard case .admitted = first[0], case .held = second[0] else {
            Issue.record("\(first) \(second)")
            return
        }
    }
}
