import ConformanceSuites
import OutsideParts
import PrompterCore
import RedisGuarding
import Testing

/// What only a guard with Redis promises: what it writes there, and what instances have of it.
struct RedisGuardTests {
    @Test func instancesAdmitEachSlotOnceBetweenThem() async throws {
        let fleet = try await TestFleet()
        let members = [try await fleet.member(), try await fleet.member()]
        let slots = (0..<2000).map(fleet.slot)
        // Each slot is asked for by four at once in either instance, in batches that overlap in every way.
        let leases = await withTaskGroup { group in
            for round in 0..<8 {
                for start in stride(from: 0, to: 2000, by: 50) {
                    let batch = (0..<50).map { slots[(start + round * 7 + $0) % 2000] }
                    let member = members[round % 2]
                    group.addTask {
                        let answers = await member.admit(batch.map { fleet.request($0) }, at: fleet.clock.now)
                        return answers.compactMap {
                            if case .admitted(let lease) = $0 { (round % 2, lease) } else { nil }
                        }
                    }
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        #expect(leases.count == 2000)
        #expect(Set(leases.map(\.1.slot)).count == 2000)
        for (owner, lease) in leases { _ = try await fleet.observe(members[owner], lease) }
        let expected = try leases.reduce(into: [:]) {
            $0[$1.1.slot] = ProbeAdmission.observed(try fleet.observation(of: $1.1))
        }
        for member in members {
            let answers = await member.admit(slots.map { fleet.request($0) }, at: fleet.clock.now)
            #expect(zip(answers, slots).map { ProbeAdmission($0, to: $1) } == slots.map { expected[$0] })
            #expect(member.report.lastError == nil)
            await member.shutdown()
        }
        await fleet.redis.stop()
    }

    @Test func writesWhatIsDocumented() async throws {
        let fleet = try await TestFleet()
        let member = try await fleet.member()
        #expect(try fleet.redis.ask("DBSIZE") == .integer(0))
        let slot = fleet.slot()
        let key = TestFleet.key(of: slot)
        let request = fleet.request(slot, id: 0xABC)
        guard case .admitted(let lease) = await member.admit([request], at: fleet.clock.now)[0] else {
            Issue.record("not admitted")
            return
        }
        #expect(
            try fleet.redis.ask("GET", key).text
                == #"{"v":1,"state":"lease","id":"0000000000000abc","attempt":1}"#)
        try expectLife(of: key, request.leaseTime, fleet)
        await member.settle([LeaseOutcome(lease, .failed(.rateLimited, retryAfter: .seconds(9)))], at: fleet.clock.now)
        #expect(
            try fleet.redis.ask("GET", key).text
                == #"{"v":1,"state":"held","attempt":1,"class":"rate_limited","hold_ms":9000,"life_ms":"#
                + "\(request.keepTime.milliseconds)}")
        try expectLife(of: key, request.keepTime, fleet)
        try TestFleet.pass(.seconds(9), of: slot, in: fleet.redis)
        fleet.clock.advance(by: .seconds(9))
        let second = try await fleet.lease(member, slot)
        let observation = try await fleet.observe(member, second)
        let value = try fleet.redis.ask("GET", key)
        guard case .bytes(let bytes) = value else { throw CancellationError() }
        let expected = SlotState.succeeded(id: observation.id, LeasePayload(observation))
        #expect(SlotRecord(bytes, of: LeaseKey(slot), form: .probe)?.state == expected)
        try expectLife(of: key, second.keepTime, fleet)

        let other = try await fleet.lease(member, fleet.slot(1))
        await member.settle([LeaseOutcome(other, .givenBack)], at: fleet.clock.now)
        let third = try await fleet.lease(member, fleet.slot(2))
        await member.settle([LeaseOutcome(third, .failed(.auth, retryAfter: nil))], at: fleet.clock.now)
        #expect(
            try fleet.redis.ask("GET", TestFleet.key(of: third.slot)).text
                == #"{"v":1,"state":"failed","class":"auth"}"#)
        #expect(try fleet.redis.ask("DBSIZE") == .integer(2))
        await member.shutdown()
        await fleet.redis.stop()
    }

    private func expectLife(of key: String, _ life: Duration, _ fleet: TestFleet) throws {
        guard case .integer(let rest) = try fleet.redis.ask("PTTL", key) else { throw CancellationError() }
        #expect(rest <= life.milliseconds && rest > life.milliseconds - 1_000_000)
    }

    @Test func knowsItsOwnLeaseAgain() async throws {
        let fleet = try await TestFleet()
        let member = try await fleet.member()
        let slot = fleet.slot()
        let own = SlotRecord(.leased(id: 5, attempt: 2)).text
        try fleet.redis.ask("SET", TestFleet.key(of: slot), own, "PX", "3000000")
        guard case .admitted(let lease) = await member.admit([fleet.request(slot, id: 5)], at: fleet.clock.now)[0]
        else {
            Issue.record("not admitted")
            return
        }
        #expect(lease.attempt == 2)
        await member.shutdown()
        await fleet.redis.stop()
    }

    @Test func outlivesAnEviction() async throws {
        let fleet = try await TestFleet()
        let first = try await fleet.member()
        let other = try await fleet.member()
        let kept = try await fleet.lease(first, fleet.slot(0))
        let lost = try await fleet.lease(first, fleet.slot(1))
        try fleet.redis.ask("FLUSHALL")
        // Nobody asked in between: the observation is published all the same.
        let observation = try await fleet.observe(first, kept)
        #expect(await fleet.ask(other, kept.slot) == .observed(observation))
        // Somebody did: the slot is his, and the late one changes nothing.
        let lease = try await fleet.lease(other, lost.slot)
        _ = try await fleet.observe(first, lost)
        #expect(await fleet.ask(other, lost.slot).name == "held")
        let published = try await fleet.observe(other, lease)
        #expect(await fleet.ask(try await fleet.member(), lost.slot) == .observed(published))
        await first.shutdown()
        await other.shutdown()
        await fleet.redis.stop()
    }

    @Test func takesOverAHoldOnceBetweenInstances() async throws {
        let fleet = try await TestFleet()
        let members = [try await fleet.member(), try await fleet.member()]
        let slots = (0..<200).map(fleet.slot)
        for slot in slots {
            let lease = try await fleet.lease(members[0], slot)
            await members[0].settle([LeaseOutcome(lease, .failed(.timeout, retryAfter: nil))], at: fleet.clock.now)
            try TestFleet.pass(.seconds(15), of: slot, in: fleet.redis)
        }
        fleet.clock.advance(by: .seconds(15))
        let answers = await withTaskGroup { group in
            for (index, slot) in (slots + slots + slots + slots).enumerated() {
                group.addTask { await fleet.ask(members[index / 200 % 2], slot) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let attempts = answers.compactMap { if case .admitted(let lease) = $0 { lease.attempt } else { nil } }
        #expect(attempts == Array(repeating: 2, count: 200))
        #expect(answers.count { $0.name == "held" } == 600)
        for member in members { await member.shutdown() }
        await fleet.redis.stop()
    }

    @Test func usesTheDatabaseOfItsAddress() async throws {
        let fleet = try await TestFleet()
        let member = RedisGuard(url: try RedisURL("\(fleet.redis.url)?db=3"), prefix: "a:b", timeout: .seconds(600)) {
            fleet.clock.now
        }
        _ = try await fleet.lease(member, fleet.slot())
        #expect(try fleet.redis.ask("INFO", "keyspace").text?.contains("db3:keys=1,") == true)
        #expect(try fleet.redis.ask("DBSIZE") == .integer(0))
        await member.shutdown()
        await fleet.redis.stop()
    }
}
