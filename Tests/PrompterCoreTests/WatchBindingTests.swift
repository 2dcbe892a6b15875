import PrompterCore
import Testing

/// Whose an event is.
struct WatchBindingTests {
    private let watch = Watch.Key(org: "o", workspace: "w", template: "t", provider: "p", model: "m")
    private let now = Timestamp(milliseconds: 1_764_000_000_000)

    private func concerns(
        happened: Int, recorded: Int, watch other: Watch.Key? = nil, until: Int? = 600
    ) -> Bool {
        let binding = Binding(
            watch: watch, interval: .seconds(60), from: now, until: until.map { now + .seconds($0) })
        let event = Event(
            id: "e", target: TargetID(importedOf: watch), kind: .appeared, signal: .model, value: "v", watch: other,
            slot: 0, time: now + .seconds(happened))
        return binding.concerns(event, recordedAt: now + .seconds(recorded))
    }

    @Test func isAWatchsWhereItPointedThereThen() {
        #expect(concerns(happened: 0, recorded: 1) && concerns(happened: 599, recorded: 700))
        #expect(!concerns(happened: 600, recorded: 600) && concerns(happened: 600, recorded: 600, until: nil))
        #expect(!concerns(happened: -1, recorded: -1))
    }

    @Test func isAWatchsWhereItBecameKnownOfTheSlotItWasBoundIn() {
        #expect(concerns(happened: -89, recorded: 1) && !concerns(happened: -90, recorded: 1))
        #expect(!concerns(happened: -89, recorded: 600))
    }

    @Test func isOneWatchsWhereItIsOfItsExpectation() {
        var other = watch
        other.template = "u"
        #expect(concerns(happened: 0, recorded: 0, watch: watch) && !concerns(happened: 0, recorded: 0, watch: other))
    }
}
