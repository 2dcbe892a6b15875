import Logging
import PrompterCore
import PrompterDaemon
import Testing

/// That a model is gone is told once a second probe confirms it.
struct NotFoundTests {
    private let world: World
    private static let gone = ProbeFailure(.notFound, "no such model")

    init() {
        world = World(start: Self.target().slot(at: Timestamp(milliseconds: 1_790_000_000_000)).begin)
    }

    private static func target(interval: Int = 600, timeout: Int = 10) -> Target {
        Target(
            provider: Provider(name: "p", dialect: .openAICompatible, baseURL: "https://x"), model: "m",
            interval: .seconds(interval), timeout: .seconds(timeout))
    }

    /// What the calls bring, by their numbers; the rest are answered.
    private func answer(_ failures: [Int: ProbeFailure]) {
        let calls = Locked(0)
        world.answer { _, _ in
            calls.withLock { calls in
                calls += 1
                return failures[calls]
            }
        }
    }

    private func gone(_ calls: ClosedRange<Int>) -> [Int: ProbeFailure] {
        Dictionary(uniqueKeysWithValues: calls.map { ($0, Self.gone) })
    }

    @Test func oneAnswerIsConfirmedAtOnceAndThenOncePerDay() async {
        answer(gone(3...5))
        await world.put([Self.target()])
        await world.run(until: .seconds(3 * 86_400))
        #expect(world.kinds == [.first, .notFound, .found])
        let times = world.calls.prefix(7).map(\.time)
        // The second slot's, its confirmation, the day after, and the day after that, from when on it is probed as before.
        #expect(times[3] - times[2] < .seconds(1))
        #expect(times[4] - times[3] >= .seconds(86_400) && times[5] - times[4] >= .seconds(86_400))
        // With the very next slot: the trial itself began some milliseconds into its own.
        #expect(times[6] == times[0] + .seconds(600) * (Int((times[5] - times[0]).seconds / 600) + 1))
        #expect(world.lines.count { $0.contains("not_found: no such model") } == 1)
        #expect(world.lines.contains { $0 == "notice: p m: not called for 1d" }, "\(world.lines)")
    }

    @Test func oneThatIsNotConfirmedIsNoEvent() async {
        answer(gone(3...3))
        await world.put([Self.target()])
        await world.run(until: .seconds(6 * 600))
        #expect(world.kinds == [.first] && world.calls.count == 7)
    }

    /// What the confirmation brings instead is the slot's trouble, and begins nothing.
    @Test func aConfirmationOfAnotherKindIsNoEvent() async {
        answer([3: Self.gone, 4: ProbeFailure(.invalidRequest, "no"), 5: Self.gone])
        await world.put([Self.target()])
        await world.run(until: .seconds(6 * 600))
        #expect(world.kinds == [.first] && world.calls.count == 8)
    }

    /// A confirmation that nobody answers is tried again in its slot.
    @Test func aConfirmationThatFailsIsTriedAgain() async {
        answer([3: Self.gone, 4: ProbeFailure(.timeout, "slow"), 5: Self.gone])
        await world.put([Self.target()])
        await world.run(until: .seconds(3 * 600))
        #expect(world.kinds == [.first, .notFound] && world.calls.count == 5)
        #expect(world.calls[4].time - world.calls[3].time >= .seconds(15))
    }

    @Test func withoutRoomTheNextSlotConfirms() async {
        answer(gone(3...4))
        await world.put([Self.target(timeout: 600)])
        await world.run(until: .seconds(5 * 600))
        #expect(world.kinds == [.first, .notFound] && world.calls.count == 4)
        #expect(world.calls[3].time - world.calls[2].time == .seconds(600))
    }

    @Test func aReloadAsksAgain() async {
        answer(gone(3...4))
        await world.put([Self.target()])
        await world.run(until: .seconds(9 * 600))
        #expect(world.calls.count == 4)
        await world.put([Self.target()])
        await world.run(until: .seconds(10 * 600))
        #expect(world.kinds == [.first, .notFound, .found])
    }

    /// A target that worked and is refused in words that nobody knows, slot after slot.
    @Test(arguments: [FailureClass.invalidRequest, .malformed, .noVersion, .address, .auth])
    func whatIsRefusedAlikeForFiveSlotsIsTold(failureClass: FailureClass) async {
        let failure = ProbeFailure(failureClass, "status 400: not here", scope: .target)
        world.answer { _, time in time >= .seconds(3) && time < .seconds(20) ? failure : nil }
        await world.put([Self.target(interval: 1, timeout: 1)])
        await world.run(until: .seconds(10))
        #expect(world.kinds == [.first, .refused])
        let told =
            switch failureClass {
            case .address: "something other than the provider has answered at its address for five slots"
            case .malformed, .noVersion: "its answers are no longer usable"
            default: "the provider now refuses it"
            }
        #expect(
            world.lines.contains { $0.hasSuffix("\(told): \(failureClass.rawValue): status 400: not here") },
            "\(world.lines)")
        await world.run(until: .seconds(3600))
        #expect(world.kinds == [.first, .refused, .accepted])
    }

    @Test func whatIsNotTheRequestsFaultIsNot() async {
        for failureClass in [FailureClass.timeout, .connection, .serverError, .rateLimited, .quota] {
            let world = World(start: Self.target().slot(at: Timestamp(milliseconds: 1_790_000_000_000)).begin)
            world.answer { _, time in time >= .seconds(3) ? ProbeFailure(failureClass, "no") : nil }
            await world.put([Self.target(interval: 1, timeout: 1)])
            await world.run(until: .seconds(100))
            #expect(world.kinds == [.first], "\(failureClass)")
        }
    }
}
