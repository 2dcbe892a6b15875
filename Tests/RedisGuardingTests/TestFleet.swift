import ConformanceSuites
import OutsideParts
import PrompterCore
import RedisGuarding
import Testing

/// One real Redis, a clock, and slots to ask for.
struct TestFleet {
    let redis: RedisServer
    let clock = TestClock()

    init(on place: RedisServer.Place = .socket, arguments: [String] = []) async throws {
        redis = try await RedisServer(on: place, arguments: arguments)
    }

    /// A guard of the fleet that has connected. Its timeout is far from what any answer takes, unless the test is about it.
    func member(timeout: Duration = .seconds(600)) async throws -> RedisGuard {
        let probeGuard = RedisGuard(url: try RedisURL(redis.url), timeout: timeout) { [clock] in clock.now }
        #expect(await probeGuard.change()?.isUp == true)
        return probeGuard
    }

    func slot(_ index: Int = 0) -> Slot {
        let digest = (0..<32).map { UInt8(truncatingIfNeeded: index >> ($0 % 8 * 8)) }
        guard let target = TargetID(digest) else { preconditionFailure("32 bytes") }
        return Slot(of: target, interval: .seconds(3600), at: clock.now.wall)
    }

    /// A request whose lease outlasts any test.
    func request(_ slot: Slot, id: UInt64 = .random(in: .min ... .max), mayCall: Bool = true) -> LeaseRequest {
        LeaseRequest(slot: slot, id: id, timeout: .seconds(3000), at: clock.now.wall, mayCall: mayCall)
    }

    func ask(_ probeGuard: RedisGuard, _ slot: Slot, mayCall: Bool = true) async -> ProbeAdmission {
        ProbeAdmission(await probeGuard.admit([request(slot, mayCall: mayCall)], at: clock.now)[0], to: slot)
    }

    func lease(_ probeGuard: RedisGuard, _ slot: Slot) async throws -> Lease {
        let admission = await ask(probeGuard, slot)
        guard case .admitted(let lease) = admission else {
            Issue.record("not admitted but \(admission)")
            throw CancellationError()
        }
        return lease
    }

    func observation(of lease: Lease) throws -> Observation {
        let version = try #require(VersionIdentity(resolvedModel: "model-1", fingerprint: "fp_\(lease.id)"))
        return Observation(
            id: lease.id, target: lease.slot.target, slot: lease.slot.number, time: clock.now.wall, version: version,
            latency: .milliseconds(20))
    }

    /// Ends `lease` with its observation.
    func observe(_ probeGuard: RedisGuard, _ lease: Lease) async throws -> Observation {
        let observation = try observation(of: lease)
        await probeGuard.settle([LeaseOutcome(lease, .observed(observation))], at: clock.now)
        return observation
    }

    /// The key as it is documented, made here anew.
    static func key(of slot: Slot) -> String {
        "prompterd:1:\(slot.target.hexadecimal):\(slot.interval.milliseconds):\(slot.number)"
    }

    /// Lets time pass for the key of `slot`, as its expiry shows it.
    static func pass(_ duration: Duration, of slot: Slot, in redis: RedisServer) throws {
        guard case .integer(let life) = try redis.ask("PTTL", key(of: slot)), life >= 0 else { return }
        let rest = life - Int(duration.milliseconds)
        if rest > 0 {
            try redis.ask("PEXPIRE", key(of: slot), "\(rest)")
        } else {
            try redis.ask("DEL", key(of: slot))
        }
    }

    /// Uses `probeGuard` when a second has passed, which makes it connect again, and waits until it has.
    func reconnect(_ probeGuard: RedisGuard) async throws {
        clock.advance(by: .seconds(1))
        _ = await probeGuard.admit([request(slot(-1), mayCall: false)], at: clock.now)
        #expect(await probeGuard.change()?.isUp == true)
    }
}

extension RedisGuard {
    /// The next change between up and down.
    func change() async -> RedisReport? {
        await changes.first { _ in true }
    }

    func errors(_ kind: String) -> UInt64? {
        report.errors[kind]
    }
}
