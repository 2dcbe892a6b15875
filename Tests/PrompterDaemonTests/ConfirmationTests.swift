import PrompterCore
import Testing

/// A major change is confirmed by one more probe at once, where its slot has room for it.
@Suite(.timeLimit(.minutes(10))) struct ConfirmationTests {
    private let world: World

    init() {
        world = World(start: Self.target().slot(at: Timestamp(milliseconds: 1_790_000_000_000)).begin)
    }

    private static func target(timeout: Duration = .seconds(10)) -> Target {
        Target(
            provider: Provider(name: "p", dialect: .openAICompatible, baseURL: "https://x"), model: "m",
            interval: .seconds(600), timeout: timeout)
    }

    private var told: [String] { world.lines.filter { $0.contains("answers as") } }

    /// With 60 answers of history an alarm takes four of another value: three confirm the first.
    @Test func aChangeIsConfirmedAtOnce() async throws {
        world.serve { $0 < 60 ? "a" : "b" }
        await world.put([Self.target()])
        await world.run(until: .seconds(61 * 600))
        try #require(world.calls.count == 64, "\(world.lines.suffix(4)) \(world.calls.suffix(3))")
        #expect(world.calls[63].time - world.calls[60].time < .seconds(1))
        #expect(world.calls.map(\.isOnNewConnection) == (0..<64).map { $0 > 60 })
        try #require(told.count == 2, "\(told)")
        #expect(told[0] == "notice: p m now also answers as b")
        #expect(
            told[1].hasPrefix("warning: p m now answers as b (was a since ") && told[1].hasSuffix(")"),
            "\(world.calls.suffix(3)) \(told)")
        #expect(await world.text().contains(#"model="m",kind="replaced",severity="major"} 1"#))
    }

    /// The first confirmation that shows the old value again is the last.
    @Test func oneThatIsNotConfirmedIsNoAlarm() async {
        world.serve { $0 == 60 ? "b" : "a" }
        await world.put([Self.target()])
        await world.run(until: .seconds(65 * 600))
        #expect(world.calls.count == 66)
        #expect(told == ["notice: p m now also answers as b"])
    }

    /// What is known to be one of several is asked for no second time.
    @Test func aKnownMinorityCostsNothing() async {
        world.serve { $0 % 5 == 4 ? "b" : "a" }
        await world.put([Self.target()])
        await world.run(until: .seconds(100 * 600))
        let confirmations = world.calls.count { $0.isOnNewConnection }
        #expect(confirmations < 3 && !told.contains { $0.contains("now answers") }, "\(confirmations) \(told)")
    }

    /// Four in a slot are the most, however much more the evidence needs: the next slot goes on.
    @Test func aSlotHasFourConfirmations() async {
        world.serve { $0 < 10 ? "a" : "b" }
        await world.put([Self.target()])
        await world.run(until: .seconds(12 * 600))
        let slots = Dictionary(grouping: world.calls) { Int(($0.time - world.calls[0].time).seconds / 600) }
        #expect(slots.values.map(\.count).max() ?? 0 <= 5)
        #expect(told.last?.hasPrefix("warning: p m now answers as b") == true, "\(told)")
    }

    /// A target never overlaps itself: without room the next slots' own probes decide, and the event says so.
    @Test func withoutRoomTheNextSlotsDecide() async {
        world.serve { $0 < 60 ? "a" : "b" }
        await world.put([Self.target(timeout: .seconds(600))])
        await world.run(until: .seconds(64 * 600))
        #expect(world.calls.count == 64)
        #expect(world.calls[61].time - world.calls[60].time > .seconds(500))
        #expect(told.last?.contains("now answers as b (was a since") == true, "\(told)")
        #expect(told.last?.hasSuffix(", not confirmed") == true)
    }

    /// A confirmation that fails is tried again in its slot, and leaves no trouble behind.
    @Test func oneThatFailsIsTriedAgain() async {
        world.serve { $0 < 60 ? "a" : "b" }
        let calls = Locked(0)
        world.answer { _, _ in
            calls.withLock { calls in
                calls += 1
                return calls == 62 ? ProbeFailure(.serverError, "busy") : nil
            }
        }
        await world.put([Self.target()])
        await world.run(until: .seconds(61 * 600))
        #expect(world.calls.count == 65)
        #expect(told.last?.contains("now answers as b") == true && told.last?.contains("not confirmed") == false)
        #expect(!world.lines.contains { $0.contains("server_error") })
    }
}
