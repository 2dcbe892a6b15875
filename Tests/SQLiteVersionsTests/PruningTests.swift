import ConformanceSuites
import OutsideParts
import PrompterCore
import SQLiteVersions
import Testing

/// Old observations become daily tallies, and nothing else changes.
struct PruningTests {
    private let folder = try! TemporaryFolder()
    private let store: SQLiteVersionStore
    private let target = Samples.target()
    /// 2025-11-24T00:00:00Z
    private let midnight = Timestamp(milliseconds: 1_763_942_400_000)

    init() throws {
        store = try SQLiteVersionStore(path: folder.file())
    }

    @Test func foldsByDayAndVersion() async throws {
        for hour in 0..<72 { try await record(hour, hour < 30 ? "a" : "b") }
        let before = try await store.memory(of: [target.id])
        #expect(try await prune(before: midnight + .seconds(48 * 3600)) == nil)
        #expect(
            try sql(
                "SELECT day * 86400000 - \(midnight.milliseconds), resolved_model, tallies.sightings FROM tallies JOIN versions ON versions.id = version_id ORDER BY 1, 2"
            )
                == "0|a|24\n86400000|a|6\n86400000|b|18\n")
        #expect(
            try sql("SELECT count(*), min(observed_at) FROM observations")
                == "24|\((midnight + .seconds(48 * 3600)).milliseconds)\n")
        #expect(try await store.memory(of: [target.id]) == before)
    }

    /// However small the steps are, they come to the same, and each prunes no more than it may.
    @Test(arguments: [1, 7, 500]) func goesOnInSteps(_ most: Int) async throws {
        let other = Samples.target("other")
        for hour in 0..<60 {
            try await record(hour, "a")
            try await record(hour, "a", of: other)
        }
        var last: Int64? = 0
        var rows = 120
        while let row = last {
            last = try await store.prune(
                before: midnight + .seconds(48 * 3600), after: row, most: most, at: midnight + .seconds(60 * 3600))
            let left = try #require(Int(try sql("SELECT count(*) FROM observations").dropLast()))
            #expect(rows - left <= most)
            rows = left
        }
        #expect(rows == 24)
        #expect(try sql("SELECT sum(sightings) FROM tallies") == "96\n")
    }

    /// An observation that comes late is told of as if nothing had been pruned; one from before changes no life.
    @Test func keepsWhatALateObservationNeeds() async throws {
        let whole = try SQLiteVersionStore(path: folder.file("whole.db"))
        for hour in 0..<150 where hour != 118 {
            for store in [store, whole] {
                try await record(hour, [116, 117, 119, 120].contains(hour) ? "b" : "a", in: store)
            }
        }
        _ = try await prune(before: midnight + .seconds(96 * 3600))
        for store in [store, whole] { try await record(118, "a", in: store) }
        let life = try await whole.memory(of: [target.id])[target.id]?.life
        #expect(try await store.memory(of: [target.id])[target.id]?.life == life)
        #expect(try sql("SELECT count(*) FROM events WHERE kind = 'corrected'") == "2\n")

        try await record(10, "c", id: 9999, in: store)
        #expect(try await store.memory(of: [target.id])[target.id]?.life == life)
        #expect(try await prune(before: midnight + .seconds(96 * 3600)) == nil)
        #expect(try sql("SELECT sum(sightings) FROM tallies") == "97\n")
    }

    /// What is between two sightings of a version is no longer than the tally says, however it was put together.
    @Test(arguments: [1, 3, 500]) func knowsTheLongestGap(_ most: Int) async throws {
        for hour in [0, 1, 2, 6, 7, 20] { try await record(hour, "a") }
        for hour in [3, 4] { try await record(hour, "b") }
        var last: Int64? = 0
        while let row = last {
            last = try await store.prune(
                before: midnight + .seconds(86_400), after: row, most: most, at: midnight + .seconds(86_400))
        }
        let gaps = "SELECT longest_gap_ms / 3600000 FROM tallies ORDER BY version_id"
        #expect(try sql(gaps) == "13\n1\n")
        // One that came late closes no gap that was told.
        try await record(12, "a", id: 99)
        _ = try await prune(before: midnight + .seconds(86_400))
        #expect(try sql(gaps) == "13\n1\n")
        try sql("UPDATE tallies SET longest_gap_ms = NULL")
        try await record(13, "a", id: 100)
        _ = try await prune(before: midnight + .seconds(86_400))
        #expect(try sql("SELECT longest_gap_ms IS NULL FROM tallies ORDER BY version_id") == "1\n1\n")
    }

    /// What was told, or given up, before the cutoff is needed no more; what is yet to be told is, however old.
    @Test(arguments: [1, 500]) func dropsDeliveriesThatEndedLongAgo(_ most: Int) async throws {
        _ = try await store.record([Samples.finding(0, of: target, "a", at: midnight)], at: midnight)
        let event = try sql("SELECT id FROM events").dropLast()
        let cutoff = midnight + .seconds(86_400)
        func hour(_ hour: Int64) -> Int64 { midnight.milliseconds + hour * 3_600_000 }
        // Three that go, and three that stay: one that is pending, one that was told since, one whose event is young.
        try sql(
            """
            INSERT INTO events SELECT 2, 'young', target_id, kind, signal, value, watch, slot, \(hour(25)), observation_id,
                \(hour(25)), is_confirmed, previous, previous_since, evidence, place_at, place_id FROM events;
            INSERT INTO deliveries (event_id, hook, attempts, next_at, delivered_at) VALUES
                ('\(event)', x'01', 0, NULL, \(hour(1))), ('\(event)', x'02', 7, NULL, NULL),
                ('\(event)', x'03', 1, NULL, \(hour(23))), ('\(event)', x'04', 1, \(hour(9)), NULL),
                ('\(event)', x'05', 3, NULL, \(hour(24))), ('young', x'06', 7, NULL, NULL)
            """)
        var last: Int64? = 0
        var steps = 0
        while let row = last {
            last = try await store.prune(before: cutoff, after: row, most: most, at: cutoff)
            steps += 1
        }
        #expect(steps >= (most == 1 ? 4 : 1))
        #expect(try sql("SELECT hex(hook) FROM deliveries ORDER BY 1") == "04\n05\n06\n")
    }

    @Test func dropsStandOffsThatAreOverAndOfWhomNobodyWatches() async throws {
        let (other, gone) = (Samples.target("other"), Samples.target("gone"))
        try await store.register(Samples.watchlist([target, gone].map { Samples.watch($0.model, $0) }), at: midnight)
        try await store.register(Samples.watchlist([Samples.watch(target.model, target)]), at: midnight)
        let scopes: [StandOff.Scope] = [
            .provider("openai"), .target(target.id, provider: "openai"), .target(gone.id, provider: "openai"),
            .target(other.id, provider: "openai"), .provider("elsewhere"),
        ]
        let lasting = StandOff.Scope.provider("back-soon")
        func kept(_ scope: StandOff.Scope, hours: Int) -> StandOff.Kept {
            StandOff.Kept(scope: scope, cause: .quota, end: midnight + .seconds(hours * 3600), repetitions: 1)
        }
        try await store.keep(scopes.map { kept($0, hours: 24) } + [kept(lasting, hours: 300)])
        _ = try await prune(before: midnight)
        #expect(Set(try await store.standOffs().map(\.scope)) == Set(scopes.prefix(2) + [lasting]))
    }

    private func record(
        _ hour: Int, _ model: String, of target: Target? = nil, id: UInt64? = nil, in store: SQLiteVersionStore? = nil
    ) async throws {
        let time = midnight + .seconds(hour * 3600)
        let finding = Samples.finding(id ?? UInt64(hour), of: target ?? self.target, model, at: time)
        _ = try await (store ?? self.store).record([finding], at: midnight + .seconds(200 * 3600))
    }

    private func prune(before cutoff: Timestamp) async throws -> Int64? {
        try await store.prune(before: cutoff, at: midnight + .seconds(200 * 3600))
    }

    @discardableResult
    private func sql(_ text: String) throws -> String {
        try Program.run("sqlite3", folder.file(), text)
    }
}
