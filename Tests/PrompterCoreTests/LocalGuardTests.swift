import ConformanceSuites
import PrompterCore
import Testing

struct LocalGuardTests {
    private let now = Moment(wall: Timestamp(milliseconds: 1_800_000_000_000), uptime: .seconds(100))

    private func slot(_ index: Int = 0, number: Int64 = 5) throws -> Slot {
        let target = try #require(TargetID(SHA256.digest("target \(index)".utf8)))
        return Slot(target: target, interval: .seconds(60), number: number)
    }

    private func claim(_ slot: Slot, id: UInt64) -> Claim {
        Claim(slot: slot, id: id, leaseTime: .seconds(35), keepTime: .seconds(180))
    }

    private func observation(of slot: Slot, id: UInt64) throws -> Observation {
        let version = try #require(VersionIdentity(resolvedModel: "m", fingerprint: nil))
        return Observation(id: id, target: slot.target, slot: slot.number, time: now.wall, version: version)
    }

    @Test(arguments: ProbeGuardConformance.promises)
    func keeps(_ promise: ProbeGuardPromise) async throws {
        let probeGuard = LocalGuard()
        try await promise.check(ProbeGuardSubject(probeGuard, probeGuard))
    }

    @Test func isCertainOnlyOfWhatNobodyElseKnowsBetter() throws {
        let probeGuard = LocalGuard()
        let slots = try (0..<6).map { try slot($0) }
        let observation = try observation(of: slots[1], id: 1)
        probeGuard.adopt(.observed(observation), of: slots[1], for: .zero, keepTime: .seconds(180), at: now)
        probeGuard.adopt(.failed(.auth), of: slots[2], for: .zero, keepTime: .seconds(180), at: now)
        probeGuard.adopt(
            .held(attempt: 2, .timeout), of: slots[3], for: .seconds(9), keepTime: .seconds(180), at: now)
        probeGuard.adopt(
            .leased(id: 4, attempt: 2), of: slots[4], for: .seconds(9), keepTime: .seconds(180), at: now)
        _ = probeGuard.grant(claim(slots[5], id: 5), attempt: 2, at: now)
        let claims = slots.map { claim($0, id: 9) }
        #expect(
            probeGuard.views(of: claims, at: now) == [
                .open(attempt: 1), .certain(.observed(observation)), .certain(.failed(.auth)),
                .certain(.held(.seconds(9))), .open(attempt: 2), .certain(.held(.seconds(35))),
            ])
        let later = probeGuard.views(of: claims, at: now.advanced(by: .seconds(60)))
        #expect(later[3...] == [.open(attempt: 3), .open(attempt: 2), .open(attempt: 2)])
        #expect(
            probeGuard.views(of: claims, at: now.advanced(by: .seconds(180)))
                == Array(repeating: .open(attempt: 1), count: 6))
        let names = probeGuard.admit(claims, at: now).map(\.name)
        #expect(names == ["admitted", "observed", "failed", "held", "held", "held"])
    }

    @Test func pausesLongerAfterEachFailure() throws {
        let probeGuard = LocalGuard()
        let slot = try slot()
        var now = now
        for (attempt, pause) in [(1, Duration.seconds(15)), (2, .seconds(60))] {
            guard case .admitted(let lease) = probeGuard.admit([claim(slot, id: 1)], at: now)[0] else {
                Issue.record("not admitted")
                return
            }
            #expect(lease.attempt == attempt)
            probeGuard.settle([Settlement(lease, .failed(.timeout, retryAfter: nil))], at: now)
            #expect(probeGuard.admit([claim(slot, id: 2)], at: now) == [.held(pause)])
            now = now.advanced(by: pause)
        }
    }

    @Test func adoptsOnlyWhatIsNews() throws {
        let probeGuard = LocalGuard()
        let slot = try slot()
        func adopt(_ state: SlotState, of slot: Slot) {
            probeGuard.adopt(state, of: slot, for: .seconds(9), keepTime: .seconds(180), at: now)
        }
        let lease = probeGuard.grant(claim(slot, id: 1), attempt: 1, at: now)
        adopt(.leased(id: 2, attempt: 1), of: slot)
        adopt(.held(attempt: 1, .timeout), of: slot)
        adopt(.failed(.auth), of: try self.slot(number: 4))
        #expect(probeGuard.views(of: [claim(slot, id: 3)], at: now) == [.certain(.held(.seconds(35)))])
        let own = try observation(of: slot, id: 1)
        probeGuard.settle([Settlement(lease, .observed(own))], at: now)
        adopt(.observed(try observation(of: slot, id: 2)), of: slot)
        #expect(probeGuard.admit([claim(slot, id: 3)], at: now) == [.observed(own)])
        _ = probeGuard.grant(claim(slot.next, id: 4), attempt: 1, at: now)
        adopt(.failed(.quota), of: slot.next)
        #expect(probeGuard.admit([claim(slot.next, id: 5)], at: now) == [.failed(.quota)])
    }

    @Test func givesItsObservationsWithTheirLeases() throws {
        let probeGuard = LocalGuard()
        let slot = try slot()
        let lease = probeGuard.grant(claim(slot, id: 1), attempt: 2, at: now)
        #expect(probeGuard.observations(at: now).isEmpty)
        let observed = Settlement(lease, .observed(try observation(of: slot, id: 1)))
        probeGuard.settle([observed], at: now)
        #expect(probeGuard.observations(at: now) == [observed])
        let later = probeGuard.observations(at: now.advanced(by: .seconds(100)))
        #expect(later.map(\.lease.keepTime) == [.seconds(80)])
        #expect(probeGuard.observations(at: now.advanced(by: .seconds(180))).isEmpty)
    }
}
