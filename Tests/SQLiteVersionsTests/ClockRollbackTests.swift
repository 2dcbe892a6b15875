import ConformanceSuites
import PrompterCore
import SQLiteVersions
import Testing

/// After the clock was found to have been ahead.
struct DistrustTests {
    private let folder: TemporaryFolder
    private let store: SQLiteVersionStore
    private let now = Samples.now
    private let target = Samples.target()

    init() throws {
        folder = try TemporaryFolder()
        store = try SQLiteVersionStore(path: folder.file())
    }

    @Test func takesBackWhatTheFutureMoved() async throws {
        let ahead = now + .seconds(9000)
        try await record("both", now, ahead)
        try await record("later only", ahead + .seconds(1))
        try await record("earlier only", now - .seconds(1))
        try await store.distrust(after: now)
        let memory = try #require(try await store.memory(of: [target.id])[target.id])
        #expect(memory.versions.map(\.identity.resolvedModel) == ["both", "earlier only"])
        #expect(memory.versions.map(\.firstSeen) == [now, now - .seconds(1)])
        #expect(memory.versions.map(\.lastSeen) == [now, now - .seconds(1)])
        #expect(memory.versions.map(\.sightings) == [1, 1])
        #expect(memory.lastSuccess == now && memory.lastAttempt == now)
        let suspects = try Program.run("sqlite3", folder.file(), "SELECT count(*) FROM observations WHERE suspect")
        #expect(suspects == "2\n")
        try await store.distrust(after: now)
        #expect(try await store.memory(of: [target.id])[target.id] == memory)
    }

    @Test func leavesTheSameAsIfNothingHadBeenAhead() async throws {
        var random = SeededGenerator(seed: 5)
        for round in 0..<20 {
            let path = folder.file("\(round).db")
            let (store, other) = (try SQLiteVersionStore(path: path), MemoryVersionStore())
            let findings = (0..<30).map { index -> Finding in
                let time = now + .seconds(Int64(random.next() % 2000) - 1000)
                return Samples.finding(UInt64(index), of: target, ["a", "b", "c"][Int(random.next() % 3)], at: time)
            }
            _ = try await store.record(findings, at: now + .seconds(2000))
            try await store.distrust(after: now)
            _ = try await other.record(findings.filter { Self.time($0) <= now }, at: now)
            var memory = try await store.memory(of: [target.id])
            let expected = await other.memory(of: [target.id])
            // Answers that were counted stay counted.
            memory[target.id]?.trouble.history = expected[target.id]?.trouble.history ?? RefusalHistory()
            #expect(memory == expected, "round \(round)")
        }
    }

    @Test func takesBackNothingTwice() async throws {
        let ahead = now + .seconds(9000)
        try await record("a", now)
        _ = try await store.record([Samples.finding(1, of: target, "a", at: ahead)], at: now)
        try await record("a", now + .seconds(1))
        try await store.distrust(after: now)
        #expect(try await store.memory(of: [target.id])[target.id]?.versions.map(\.sightings) == [1])
        let suspects = try Program.run("sqlite3", folder.file(), "SELECT observed_at FROM observations WHERE suspect")
        #expect(suspects == "\((now + .seconds(1)).milliseconds)\n\(ahead.milliseconds)\n")
    }

    /// The version is new again, and its event the same as before.
    @Test func tellsNoEventTwice() async throws {
        try await record("a", now + .seconds(1))
        try await store.distrust(after: now)
        #expect(try await store.memory(of: [target.id]) == [:])
        let again = try await store.record([Samples.finding(1, of: target, "a", at: now)], at: now)
        #expect(again.map(\.isNews) == [true] && again[0].events == [])
        #expect(try await store.memory(of: [target.id])[target.id]?.versions.map(\.firstSeen) == [now])
        #expect(try Program.run("sqlite3", folder.file(), "SELECT count(*) FROM events") == "1\n")
    }

    @Test func forgetsAFailureFromTheFuture() async throws {
        try await record("a", now)
        let failure = FailedAttempt(target: target.id, time: now + .seconds(500), failureClass: .timeout)
        _ = try await store.record([.failure(failure)], at: now + .seconds(500))
        try await store.distrust(after: now)
        let memory = try #require(try await store.memory(of: [target.id])[target.id])
        #expect(memory.lastAttempt == now && memory.failure == nil && memory.failures == 0 && memory.lastSuccess == now)
    }

    /// What was told of a change that was taken back is no last change.
    @Test func takesBackTheLastChange() async throws {
        for index in 0..<60 { try await record("a", now + .seconds(index)) }
        let end = now + .seconds(100)
        for index in 0..<30 { try await record("b", now + .seconds(1000 + index)) }
        #expect(try await store.memory(of: [target.id])[target.id]?.lastChange.map { $0 > end } == true)
        try await store.distrust(after: end)
        #expect(try await store.memory(of: [target.id])[target.id]?.lastChange == nil)
    }

    private func record(_ model: String, _ times: Timestamp...) async throws {
        for time in times {
            let id = UInt64(time.milliseconds)
            _ = try await store.record([Samples.finding(id, of: target, model, at: time)], at: time)
        }
    }

    private static func time(_ finding: Finding) -> Timestamp {
        guard case .observation(let observation, _) = finding else { return Samples.now }
        return observation.time
    }
}
