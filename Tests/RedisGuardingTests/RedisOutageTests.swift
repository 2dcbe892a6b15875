import ConformanceSuites
import OutsideParts
import PrompterCore
import RedisGuarding
import Testing

/// Redis unreachable, slow or wrong: the in-process guard alone decides, and nobody waits.
@Suite(.timeLimit(.minutes(10))) struct RedisOutageTests {
    @Test func goesOnWithoutAKilledRedisAndSharesWhenItIsBack() async throws {
        let fleet = try await TestFleet()
        let first = try await fleet.member()
        let other = try await fleet.member()
        let before = try await fleet.lease(first, fleet.slot(0))
        let observedBefore = try await fleet.observe(first, before)

        // In the middle of 4,000 requests, and every one is answered.
        let answers = await withTaskGroup { group in
            for index in 1...4000 {
                group.addTask {
                    if index == 2000 { await fleet.redis.kill() }
                    return await fleet.ask(first, fleet.slot(index)).name
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers == Array(repeating: "admitted", count: 4000))
        #expect(await first.change()?.isUp == false)
        #expect(first.errors("connect") == 1)
        // The other notices by its first use.
        let during = try await fleet.lease(other, fleet.slot(5000))
        #expect(await other.change()?.isUp == false)
        let observedDuring = try await fleet.observe(other, during)
        let over = try await fleet.lease(other, fleet.slot(5001))
        let own = try await fleet.lease(first, fleet.slot(5002))
        let observedOwn = try await fleet.observe(first, own)

        try await fleet.redis.start()
        try await fleet.reconnect(first)
        try await fleet.reconnect(other)
        // What was observed before and meanwhile is shared, and so is what ends now.
        #expect(await fleet.ask(other, before.slot) == .observed(observedBefore))
        #expect(await fleet.ask(first, during.slot) == .observed(observedDuring))
        #expect(await fleet.ask(other, own.slot) == .observed(observedOwn))
        let observedOver = try await fleet.observe(other, over)
        #expect(await fleet.ask(first, over.slot) == .observed(observedOver))
        _ = try await fleet.lease(first, fleet.slot(5003))
        #expect(await fleet.ask(other, fleet.slot(5003)).name == "held")
        for member in [first, other] {
            #expect(member.report.isUp)
            #expect(member.errors("timeout") == 0)
            await member.shutdown()
        }
        await fleet.redis.stop()
    }

    @Test func doesNotPublishWhatIsNoLongerKept() async throws {
        let fleet = try await TestFleet()
        let member = try await fleet.member()
        for index in 0..<3 { _ = try await fleet.observe(member, try await fleet.lease(member, fleet.slot(index))) }
        await fleet.redis.kill()
        _ = await fleet.ask(member, fleet.slot(3))
        fleet.clock.advance(by: .seconds(7200))
        _ = try await fleet.observe(member, try await fleet.lease(member, fleet.slot(4)))
        #expect(await member.change()?.isUp == false)
        try await fleet.redis.start()
        try await fleet.reconnect(member)
        #expect(try fleet.redis.ask("DBSIZE") == .integer(1))
        #expect(try fleet.redis.ask("EXISTS", TestFleet.key(of: fleet.slot(4))) == .integer(1))
        await member.shutdown()
        await fleet.redis.stop()
    }

    @Test func waitsForAHungRedisOnce() async throws {
        let fleet = try await TestFleet()
        let member = try await fleet.member(timeout: .seconds(4))
        let other = try await fleet.member()
        let early = try await fleet.lease(member, fleet.slot(0))
        fleet.redis.pause()
        let answers = await withTaskGroup { group in
            for index in 1...500 {
                group.addTask {
                    return await fleet.ask(member, fleet.slot(index)).name
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers == Array(repeating: "admitted", count: 500))
        #expect(await member.change()?.isUp == false)
        // Were one of these sent to Redis, it would be one more timeout.
        let during = try await fleet.lease(member, fleet.slot(501))
        let observedEarly = try await fleet.observe(member, early)
        let observedDuring = try await fleet.observe(member, during)
        #expect(member.errors("timeout") == 1)

        fleet.redis.resume()
        try await fleet.reconnect(member)
        // Its lease lay in Redis all the time, and now its observation does.
        #expect(await fleet.ask(other, early.slot) == .observed(observedEarly))
        #expect(await fleet.ask(other, during.slot) == .observed(observedDuring))
        #expect(member.report.errors.values.reduce(0, +) == 1)
        await member.shutdown()
        await other.shutdown()
        await fleet.redis.stop()
    }

    @Test func connectsAgainAtMostOnceASecond() async throws {
        let fleet = try await TestFleet()
        let member = try await fleet.member()
        await fleet.redis.kill()
        // One finds it gone; the others don't try, for it is the same second.
        for index in 0..<100 { _ = try await fleet.lease(member, fleet.slot(index)) }
        #expect(await member.change()?.isUp == false)
        fleet.clock.advance(by: .milliseconds(999))
        for index in 100..<200 { _ = try await fleet.lease(member, fleet.slot(index)) }
        fleet.clock.advance(by: .milliseconds(1))
        for index in 200..<300 { _ = try await fleet.lease(member, fleet.slot(index)) }
        // A busy machine has the guard's thread try later than it is asked, and a shutdown would come before it.
        while member.errors("connect") ?? 0 < 2 { try await Task.sleep(for: .milliseconds(10)) }
        await member.shutdown()
        #expect(member.errors("connect") == 2)
        #expect(member.report.lastError?.description.contains("No such file") == false)
        await fleet.redis.stop()
    }

    @Test func connectsAnewAtOnceWhereItsConnectionWasClosed() async throws {
        let fleet = try await TestFleet()
        let first = try await fleet.member()
        let other = try await fleet.member()
        fleet.clock.advance(by: .seconds(300))
        try fleet.redis.ask("CLIENT", "KILL", "TYPE", "normal")
        let lease = try await fleet.lease(first, fleet.slot())
        #expect(await fleet.ask(other, lease.slot).name == "held")
        fleet.clock.advance(by: .seconds(300))
        try fleet.redis.ask("CLIENT", "KILL", "TYPE", "normal")
        let observation = try await fleet.observe(first, lease)
        #expect(try fleet.redis.ask("GET", TestFleet.key(of: lease.slot)).text?.contains("observed") == true)
        fleet.clock.advance(by: .seconds(300))
        #expect(await fleet.ask(other, lease.slot) == .observed(observation))
        for member in [first, other] {
            #expect(member.report.isUp)
            #expect(member.report.errors.filter { $0.key != "connect" }.allSatisfy { $0.value == 0 })
            await member.shutdown()
            // It never was down.
            #expect(await member.change() == nil)
        }
        await fleet.redis.stop()
    }

    @Test(arguments: [
        ["OOM", "CONFIG SET maxmemory 1", "CONFIG SET maxmemory 0"],
        ["READONLY", "REPLICAOF 127.0.0.1 1", "REPLICAOF NO ONE"],
        ["NOPERM", "ACL SETUSER default -eval", "ACL SETUSER default +eval"],
    ])
    func takesARedisThatRefusesForNone(_ words: [String]) async throws {
        let fleet = try await TestFleet()
        let member = try await fleet.member()
        func tell(_ text: String) throws {
            let answer = try fleet.redis.ask(text.split(separator: " ").map { Array($0.utf8) })
            #expect(answer == .status("OK"))
        }
        try tell(words[1])
        let lease = try await fleet.lease(member, fleet.slot(0))
        _ = try await fleet.observe(member, lease)
        #expect(await member.change()?.isUp == false)
        // It can be reached, and is down all the same: also for who comes now.
        let late = RedisGuard(url: try RedisURL(fleet.redis.url), timeout: .seconds(600)) { fleet.clock.now }
        #expect(await late.change()?.isUp == false)
        #expect(late.errors("refused") == 1)
        await late.shutdown()
        try tell(words[2])
        try await fleet.reconnect(member)
        _ = try await fleet.lease(member, fleet.slot(4))
        #expect(try fleet.redis.ask("EXISTS", TestFleet.key(of: fleet.slot(4))) == .integer(1))
        await member.shutdown()
        #expect(await member.change() == nil)
        #expect(member.errors("refused") == 1)
        #expect(member.report.lastError?.description.contains(words[0]) == true)
        await fleet.redis.stop()
    }

    @Test func logsInByUserAndPassword() async throws {
        let fleet = try await TestFleet(
            on: .port,
            arguments: [
                "--requirepass", "open s@same", "--user", "ann", "on", ">ann:s/secret", "~prompterd:*", "+@all",
            ])
        let address = fleet.redis.url.dropFirst("redis://".count)
        for (login, isUp) in [
            (":open%20s%40same@", true), ("default:open%20s%40same@", true), ("ann:ann%3As%2Fsecret@", true),
            (":wr0ng@", false), ("ann:open%20s%40same@", false), ("eve:wr0ng@", false), ("", false),
        ] {
            let member = RedisGuard(url: try RedisURL("redis://\(login)\(address)/0"), timeout: .seconds(600)) {
                fleet.clock.now
            }
            let change = await member.change()
            #expect(change?.isUp == isUp)
            if !isUp {
                #expect(member.errors("refused") == 1)
                let said = try #require(member.report.lastError?.description)
                #expect(said.contains(login.isEmpty ? "NOAUTH" : "WRONGPASS"))
                #expect(!said.contains("wr0ng") && !said.contains("s@same"))
                _ = try await fleet.lease(member, fleet.slot())
            }
            await member.shutdown()
        }
        await fleet.redis.stop()
    }

    @Test(arguments: [
        ("HTTP/1.1 400 Bad Request\r\n\r\n", "protocol"), ("+OK\r\n+OK\r\n$-1\r\n!5\r\nhello\r\n", "protocol"),
        ("*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n", "protocol"),
        ("-ERR unknown command 'AUTH', with args beginning with: 'HUNTER'\r\n", "refused"),
        ("-HUNTER HUNTER\r\n", "refused"), ("-LOADING Redis is loading the dataset in memory\r\n", "refused"),
        (":1\r\n", "protocol"), ("$99999999999999999999\r\n", "protocol"),
    ])
    func survivesWhatIsNoRedis(_ answer: String, _ kind: String) async throws {
        let clock = TestClock()
        let server = try FalseRedis(answer: answer, password: "HUNTER")
        let member = RedisGuard(url: try RedisURL(server.url), timeout: .seconds(20)) { clock.now }
        #expect(await member.change()?.isUp == false)
        #expect(member.errors(kind) == 1)
        let said = try #require(member.report.lastError?.description)
        #expect(!said.contains("HUNTER"))
        await member.shutdown()
    }

    @Test func decidesAloneAfterItsShutdown() async throws {
        let fleet = try await TestFleet()
        let member = try await fleet.member()
        let lease = try await fleet.lease(member, fleet.slot(0))
        await member.shutdown()
        await member.shutdown()
        _ = try await fleet.observe(member, lease)
        _ = try await fleet.lease(member, fleet.slot(1))
        fleet.clock.advance(by: .seconds(10))
        _ = try await fleet.lease(member, fleet.slot(2))
        #expect(try fleet.redis.ask("DBSIZE") == .integer(1))
        #expect(await member.change() == nil)
        await fleet.redis.stop()
    }
}
