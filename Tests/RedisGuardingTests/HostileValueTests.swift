import ConformanceSuites
import OutsideParts
import PrompterCore
import RedisGuarding
import Testing

/// Whoever can reach Redis can write what he likes under a slot's key.
struct HostileValueTests {
    static let texts: [String] = [
        "", " ", "x", "null", "[]", "{}", "\"lease\"", "{\"v\":1}", String(repeating: "[", count: 4000),
        #"{"v":2,"state":"lease","id":"0000000000000001","attempt":1}"#,
        #"{"v":1,"state":"lease","id":"1","attempt":1}"#,
        #"{"v":1,"state":"lease","id":"0000000000000001","attempt":0}"#,
        #"{"v":1,"state":"lease","id":"0000000000000001","attempt":9223372036854775808}"#,
        #"{"v":1,"state":"lease","id":"0000000000000001","attempt":1}x"#,
        #"{"v":1,"state":"held","attempt":3,"class":"timeout","hold_ms":0,"life_ms":1}"#,
        #"{"v":1,"state":"held","attempt":1,"class":"timeout","hold_ms":-1,"life_ms":-2}"#,
        #"{"v":1,"state":"held","attempt":1,"class":"timeout","hold_ms":-1,"life_ms":1}"#,
        #"{"v":1,"state":"held","attempt":1,"class":"timeout","hold_ms":2,"life_ms":1}"#,
        #"{"v":1,"state":"held","attempt":1,"class":"timeout","hold_ms":1,"life_ms":9223372036854775807}"#,
        #"{"v":1,"state":"held","attempt":1,"class":"nonsense","hold_ms":1,"life_ms":1}"#,
        #"{"v":1,"state":"failed"}"#, #"{"v":1,"state":"failed","class":["auth"]}"#,
        #"{"v":1,"state":"observed"}"#,
        #"{"v":1,"state":"observed","id":"0000000000000001","time_ms":0,"latency_us":0}"#,
        #"{"v":1,"state":"observed","id":"0000000000000001","time_ms":-1,"latency_us":0,"model":"m"}"#,
        #"{"v":1,"state":"observed","id":"0000000000000001","time_ms":0,"latency_us":1.5,"model":"m"}"#,
        #"{"v":1,"state":"observed","id":"0000000000000001","time_ms":0,"latency_us":0,"model":""}"#,
        #"{"v":1,"state":"observed","id":"0000000000000001","time_ms":0,"latency_us":0,"model":""#
            + String(repeating: "m", count: 257) + #""}"#,
        #"{"v":1,"state":"observed","id":"0000000000000001","time_ms":0,"latency_us":0,"model":"m"}"#
            + String(repeating: " ", count: SlotRecord.longestText),
    ]

    static let bytes: [[UInt8]] =
        texts.map { Array($0.utf8) } + [
            [0], [0xFF, 0xFE], Array(#"{"v":1,"state":"failed","class":"auth","x":""#.utf8) + [0xC0, 0x22, 0x7D],
            Array(repeating: 0x20, count: 20_000_000),
        ]

    /// Sees to it that the in-process guard alone decides the slot, and that the next slot is shared as ever.
    private func check(_ plant: (RedisServer, String) throws -> Void) async throws {
        let fleet = try await TestFleet()
        let member = try await fleet.member()
        let slot = fleet.slot()
        let key = TestFleet.key(of: slot)
        try plant(fleet.redis, key)
        let before = try fleet.redis.ask("DUMP", key)
        #expect(await fleet.ask(member, slot, mayCall: false) == .vacant)
        #expect(member.errors("value") == 1)
        #expect(member.report.lastError?.description.contains("the key \(key) holds") == true)
        let lease = try await fleet.lease(member, slot)
        #expect(member.errors("value") == 2)
        #expect(await fleet.ask(member, slot).name == "held")
        let observation = try await fleet.observe(member, lease)
        #expect(await fleet.ask(member, slot) == .observed(observation))
        #expect(try fleet.redis.ask("DUMP", key) == before)
        #expect(member.report.isUp)
        _ = try await fleet.lease(member, slot.next)
        #expect(try fleet.redis.ask("EXISTS", TestFleet.key(of: slot.next)) == .integer(1))
        #expect(member.report.errors.filter { $0.key != "value" }.allSatisfy { $0.value == 0 })
        await member.shutdown()
        await fleet.redis.stop()
    }

    @Test(arguments: bytes.indices)
    func isDecidedInProcess(_ index: Int) async throws {
        try await check { redis, key in
            try redis.ask([
                Array("SET".utf8), Array(key.utf8), Self.bytes[index], Array("PX".utf8), Array("600000".utf8),
            ])
        }
    }

    @Test(arguments: [
        ["RPUSH", "a"], ["HSET", "a", "b"], ["SADD", "a"], ["ZADD", "1", "a"], ["XADD", "*", "a", "b"],
    ])
    func isNoText(_ words: [String]) async throws {
        try await check { redis, key in
            try redis.ask(([words[0], key] + words[1...]).map { Array($0.utf8) })
            try redis.ask("PEXPIRE", key, "600000")
        }
    }

    @Test func neverExpires() async throws {
        try await check { redis, key in try redis.ask("SET", key, SlotRecord(.leased(id: 1, attempt: 1)).text) }
    }

    @Test func claimsTimeWithoutEnd() async throws {
        let fleet = try await TestFleet()
        let member = try await fleet.member()
        let slot = fleet.slot()
        let key = TestFleet.key(of: slot)
        try fleet.redis.ask("SET", key, SlotRecord(.leased(id: 1, attempt: 1)).text, "PX", "9000000000000000")
        #expect(await fleet.ask(member, slot) == .held(fleet.request(slot).keepTime))
        await member.shutdown()
        await fleet.redis.stop()
    }
}
