public import PrompterCore
import Testing

extension VersionStoreConformance {
    private static let start = Timestamp(milliseconds: 1_764_000_000_000)

    /// Each value that a watch does not expect is told of once while it is live, however many there are, and again when it is
    /// back after it had gone.
    public static func tellsOfEachSlipOnce(_ store: some VersionStore) async throws {
        let target = calledTarget(1)
        try await store.register(watchlist(targets: [target], expecting: [["a"], ["*"]]), at: start)
        var slot: Int64 = 0
        func slips(_ model: String) async throws -> [String] {
            slot += 1
            let seen = try #require(observation(slot, of: target, model))
            let events = try await store.record([.observation(seen, imported: false)], at: seen.time)[0].events
                .filter { $0.kind == .unexpected }
            #expect(events.allSatisfy { $0.watch?.template == "t-0" && $0.signal == .model && $0.previous == ["a"] })
            #expect(events.allSatisfy { $0.slot == slot && $0.observation == seen.id })
            return events.map(\.value)
        }
        var told: [[String]] = []
        for model in ["a", "b", "a", "c", "b", "d", "d", "c", "a"] { told.append(try await slips(model)) }
        #expect(told == [[], ["b"], [], ["c"], [], ["d"], [], [], []])
        // Long enough for all of them to be gone.
        for _ in 0..<120 { #expect(try await slips("a") == []) }
        #expect(try await slips("c") == ["c"])
        #expect(try await slips("c") == [])
    }

    /// A pin that is set when something else is live already has slipped.
    public static func judgesWhatIsLiveByAnExpectationThatIsNew(_ store: some VersionStore) async throws {
        let target = calledTarget(1)
        func kinds(_ slot: Int64) async throws -> [Event.Kind] {
            let seen = try #require(observation(slot, of: target, "b"))
            return try await store.record([.observation(seen, imported: false)], at: seen.time)[0].events.map(\.kind)
        }
        try await store.register(watchlist(targets: [target], expecting: [["b"]]), at: start)
        #expect(try await kinds(1) == [.first])
        #expect(try await kinds(2) == [])
        try await store.register(watchlist(targets: [target], expecting: [["a"]]), at: start)
        #expect(try await kinds(3) == [.unexpected])
        #expect(try await kinds(4) == [])
        // Its target is what has slipped; another watch of it learns so for itself.
        try await store.register(watchlist(targets: [target], expecting: [["a"], ["a"]]), at: start)
        #expect(try await kinds(5) == [.unexpected])
        try await store.register(watchlist(targets: [target], expecting: []), at: start)
        #expect(try await kinds(6) == [])
    }

    /// What comes late tells of no slip twice, be the value still live or gone.
    public static func tellsOfNoSlipTwiceByALateObservation(_ store: some VersionStore) async throws {
        let target = calledTarget(1)
        try await store.register(watchlist(targets: [target], expecting: [["a"]]), at: start)
        func slips(_ slot: Int64, _ model: String) async throws -> [String] {
            let seen = try #require(observation(slot, of: target, model))
            return try await store.record([.observation(seen, imported: false)], at: start + .seconds(200 * 3600))[0]
                .events.filter { $0.kind == .unexpected }.map(\.value)
        }
        for slot in 1...24 { #expect(try await slips(Int64(slot), "a") == []) }
        #expect(try await slips(30, "b") == ["b"])
        #expect(try await slips(26, "b") == [])
        #expect(try await slips(25, "b") == [])
        for slot in 31...150 where slot != 33 { #expect(try await slips(Int64(slot), "a") == []) }
        #expect(try await slips(28, "b") == [])
        #expect(try await slips(33, "b") == [])
    }

    private static func observation(_ slot: Int64, of target: Target, _ model: String) -> Observation? {
        VersionIdentity(resolvedModel: model, fingerprint: nil).map {
            Observation(
                id: UInt64(slot), target: target.id, slot: slot, time: start + .seconds(slot * 3600), version: $0)
        }
    }
}
