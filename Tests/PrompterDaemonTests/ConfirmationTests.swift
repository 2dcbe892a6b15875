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

    @Test func aChangeIsConfirmedAtOnce() async {
        world.serve { $0 < 25 ? "a" : "b" }
        await world.put([Self.target()])
        await world.run(until: .seconds(26 * 600))
        #expect(world.calls.count == 27)
        #expect(world.calls[26].time - world.calls[25].time < .seconds(1))
        #expect(told.count == 2 && told[0] == "notice: p m now also answers as b")
        #expect(
            told[1].hasPrefix("warning: p m now answers as b (was a since ") && told[1].hasSuffix(")"),
            "\(world.calls.suffix(3)) \(told)")
        #expect(await world.text().contains(#"model="m",kind="replaced"} 1"#))
    }

    @Test func oneThatIsNotConfirmedIsNoAlarm() async {
        world.serve { $0 == 25 ? "b" : "a" }
        await world.put([Self.target()])
        await world.run(until: .seconds(30 * 600))
        #expect(world.calls.count == 31)
        #expect(told == ["notice: p m now also answers as b"])
    }

    /// A target never overlaps itself: without room the next slot's own probe decides, and the event says so.
    @Test func withoutRoomTheNextSlotDecides() async {
        world.serve { $0 < 25 ? "a" : "b" }
        await world.put([Self.target(timeout: .seconds(600))])
        await world.run(until: .seconds(27 * 600))
        #expect(world.calls.count == 27)
        #expect(world.calls[26].time - world.calls[25].time > .seconds(500))
        #expect(told.last?.contains("now answers as b (was a since") == true, "\(told)")
        #expect(told.last?.hasSuffix(", not confirmed") == true)
    }

    /// A confirmation that fails is tried again in its slot, and leaves no trouble behind.
    @Test func oneThatFailsIsTriedAgain() async {
        world.serve { $0 < 25 ? "a" : "b" }
        let calls = Locked(0)
        world.answer { _, _ in
            calls.withLock { calls in
                calls += 1
                return calls == 27 ? ProbeFailure(.serverError, "busy") : nil
            }
        }
        await world.put([Self.target()])
        await world.run(until: .seconds(26 * 600))
        #expect(world.calls.count == 28)
        #expect(told.last?.contains("now answers as b") == true && told.last?.contains("not confirmed") == false)
        #expect(!world.lines.contains { $0.contains("server_error") })
    }
}
