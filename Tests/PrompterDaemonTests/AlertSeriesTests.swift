import OutsideParts
import PrompterCore
import Testing

/// What alerts are made of: how often a watch is probed, whether its model can be had, and how much its events matter.
struct AlertSeriesTests {
    private static let interval = 600
    private let world = World(start: target.slot(at: Timestamp(milliseconds: 1_790_000_000_000)).begin)

    private static let target = Target(
        provider: Provider(name: "p", dialect: .openAICompatible, baseURL: "https://x"), model: "m",
        interval: .seconds(interval))

    /// Runs until `slots` slots have passed.
    private func series(after slots: Int) async throws -> ExpositionReader {
        await world.run(until: .seconds(slots * Self.interval))
        return try ExpositionReader(await world.text())
    }

    private func answer(_ failure: ProbeFailure, in slots: Range<Int>) {
        world.answer { _, time in slots.contains(Int(time.seconds) / Self.interval) ? failure : nil }
    }

    @Test(arguments: [
        (ProbeFailure(.notFound, "no such model"), "not_found", "refused"),
        (ProbeFailure(.invalidRequest, "no"), "refused", "not_found"),
    ])
    func aModelThatCannotBeHad(failure: ProbeFailure, reason: String, other: String) async throws {
        answer(failure, in: 2..<10)
        await world.put([Self.target])
        for (slots, value) in [(2, 0.0), (9, 1.0), (2 * 144 + 20, 0.0)] {
            let series = try await series(after: slots)
            #expect(series.value("prompter_watch_interval_seconds", ["template": "m"]) == 600)
            #expect(
                series.value("prompter_watch_unavailable", ["template": "m", "reason": reason]) == value, "\(slots)")
            #expect(series.value("prompter_watch_unavailable", ["template": "m", "reason": other]) == 0)
            #expect(
                series.value("prompter_version_changes_total", ["kind": reason, "severity": "major"])
                    == (slots == 2 ? 0 : 1))
        }
    }

    /// A replacement is major or minor by its signal, so that both stand at 0 from the start.
    @Test func eventsAreCountedByTheirSeverity() async throws {
        world.serve { $0 < 30 ? "m-1" : "m-2" }
        await world.put([Self.target])
        let before = try await series(after: 29)
        for severity in ["major", "minor"] {
            #expect(before.value("prompter_version_changes_total", ["kind": "replaced", "severity": severity]) == 0)
        }
        #expect(before.samples.count { $0.name == "prompter_version_changes_total" } == Event.Kind.allCases.count + 1)
        let after = try await series(after: 40)
        #expect(after.value("prompter_version_changes_total", ["kind": "replaced", "severity": "major"]) == 1)
        #expect(after.value("prompter_version_changes_total", ["kind": "replaced", "severity": "minor"]) == 0)
    }
}
