import ConformanceSuites
import PrompterCore
import Testing

struct LocalGuardTests {
    private let now = Moment(
        wall: Timestamp(milliseconds: 1_800_000_000_000), uptime: Uptime(sinceStart: .seconds(100)))

    private func slot(_ index: Int = 0, number: Int64 = 5) throws -> Slot {
        let target = try #require(TargetID(SHA256.digest("target \(index)".utf8)))
        return Slot(target: target, interval: .seconds(60), number: number)
    }

    private func request(_ slot: Slot, id: UInt64) -> LeaseRequest {
        LeaseRequest(LeaseKey(slot), form: .probe, id: id, leaseTime: .seconds(35), keepTime: .seconds(180))
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
        let payload = LeasePayload(try observation(of: slots[1], id: 1))
        let failures = [FailureClass.auth, .timeout].map { LeasePayload($0) }
        probeGuard.adopt(
            .succeeded(id: 1, payload), of: LeaseKey(slots[1]), for: .zero, keepTime: .seconds(180), at: now)
        probeGuard.adopt(.failed(failures[0]), of: LeaseKey(slots[2]), for: .zero, keepTime: .seconds(180), at: now)
        probeGuard.adopt(
            .held(attempt: 2, failures[1]), of: LeaseKey(slots[3]), for: .seconds(9), keepTime: .seconds(180), at: now)
        probeGuard.adopt(
            .leased(id: 4, attempt: 2), of: LeaseKey(slots[4]), for: .seconds(9), keepTime: .seconds(180), at: now)
        _ = probeGuard.grant(request(slots[5], id: 5), attempt: 2, at: now)
        let requests = slots.map { request($0, id: 9) }
        #expect(
            probeGuard.views(of: requests, at: now) == [
                .open(attempt: 1), .certain(.succeeded(id: 1, payload)), .certain(.failed(failures[0])),
                .certain(.held(.seconds(9))), .open(attempt: 2), .certain(.held(.seconds(35))),
            ])
        let later = probeGuard.views(of: requests, at: now.advanced(by: .seconds(60)))
        #expect(later[3...] == [.open(attempt: 3), .open(attempt: 2), .open(attempt: 2)])
        #expect(
            probeGuard.views(of: requests, at: now.advanced(by: .seconds(180)))
                == Array(repeating: .open(attempt: 1), count: 6))
        let names = probeGuard.admit(requests, at: now).map(\.name)
        #expect(names == ["admitted", "observed", "failed", "held", "held", "held"])
    }

    @Test func pausesLongerAfterEachFailure() throws {
        let probeGuard = LocalGuard()
        let slot = try slot()
        var now = now
        for (attempt, pause) in [(1, Duration.seconds(15)), (2, .seconds(60))] {
            guard case .admitted(let lease) = probeGuard.admit([request(slot, id: 1)], at: now)[0] else {
                Issue.record("not admitted")
                return
            }
            #expect(lease.attempt == attempt)
            probeGuard.settle([LeaseOutcome(lease, .failed(.timeout, retryAfter: nil))], at: now)
            #expect(probeGuard.admit([request(slot, id: 2)], at: now) == [.held(pause)])
            now = now.advanced(by: pause)
        }
    }

    @Test func adoptsOnlyWhatIsNews() throws {
        let probeGuard = LocalGuard()
        let slot = try slot()
        func adopt(_ state: SlotState, of slot: Slot) {
            probeGuard.adopt(state, of: LeaseKey(slot), for: .seconds(9), keepTime: .seconds(180), at: now)
        }
        let lease = probeGuard.grant(request(slot, id: 1), attempt: 1, at: now)
        adopt(.leased(id: 2, attempt: 1), of: slot)
        adopt(.held(attempt: 1, LeasePayload(.timeout)), of: slot)
        adopt(.failed(LeasePayload(.auth)), of: try self.slot(number: 4))
        #expect(probeGuard.views(of: [request(slot, id: 3)], at: now) == [.certain(.held(.seconds(35)))])
        let own = try observation(of: slot, id: 1)
        probeGuard.settle([LeaseOutcome(lease, .observed(own))], at: now)
        adopt(.succeeded(id: 2, LeasePayload(try observation(of: slot, id: 2))), of: slot)
        #expect(probeGuard.admit([request(slot, id: 3)], at: now) == [.succeeded(id: 1, LeasePayload(own))])
        _ = probeGuard.grant(request(slot.next, id: 4), attempt: 1, at: now)
        adopt(.failed(LeasePayload(.quota)), of: slot.next)
        #expect(probeGuard.admit([request(slot.next, id: 5)], at: now) == [.failed(LeasePayload(.quota))])
    }

    @Test func givesItsResultsWithTheirLeases() throws {
        let probeGuard = LocalGuard()
        let slot = try slot()
        let lease = probeGuard.grant(request(slot, id: 1), attempt: 2, at: now)
        #expect(probeGuard.results(at: now).isEmpty)
        let observed = LeaseOutcome(lease, .observed(try observation(of: slot, id: 1)))
        probeGuard.settle([observed], at: now)
        #expect(probeGuard.results(at: now) == [observed])
        let later = probeGuard.results(at: now.advanced(by: .seconds(100)))
        #expect(later.map(\.lease.keepTime) == [.seconds(80)])
        #expect(probeGuard.results(at: now.advanced(by: .seconds(180))).isEmpty)
    }
}
