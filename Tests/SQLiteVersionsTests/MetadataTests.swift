import PrompterCore
import Testing

@testable import SQLiteVersions

/// Which metadata was seen is known for as long as it matters, and takes little room.
struct MetadataTests {
    private let folder = try! TemporaryFolder()
    private let store: SQLiteVersionStore
    private let target = Samples.target()
    private let now = Samples.now

    init() throws {
        store = try SQLiteVersionStore(path: folder.file())
    }

    @Test func aValueThatIsBackIsKnownAfterItsObservationsWerePruned() async throws {
        for hour in 0..<100 { _ = try await record(hour, hour < 30 ? "one" : "two") }
        _ = try await store.prune(before: now + .seconds(90 * 3600), at: now + .seconds(100 * 3600))
        var back: [Event] = []
        for hour in 100..<110 { back += try await record(hour, "one") }
        #expect(back.contains { $0.kind == .returned && $0.value == "one" })
        #expect(!back.contains { $0.kind == .appeared })
    }

    @Test func ofManyThoseThatCameLastAreKept() async throws {
        for hour in 0..<400 { _ = try await record(hour, "s-\(hour)") }
        #expect(
            try sql("SELECT count(*), min(first_seen_at) FROM metadata")
                == "\(MetadataRows.most)|\((now + .seconds((400 - MetadataRows.most) * 3600)).milliseconds)\n")
        #expect(try sql("SELECT count(*), sum(sightings) FROM versions") == "1|400\n")
        #expect(try Archive(path: folder.file()).versions(matching: WatchFilter()).isEmpty)
    }

    /// What only an observation from the future showed was not seen.
    @Test func distrustForgetsIt() async throws {
        for hour in 0..<10 { _ = try await record(hour, hour < 5 ? "one" : "two") }
        try await store.distrust(after: now + .seconds(3 * 3600))
        #expect(try sql("SELECT value FROM metadata") == "one\n")
        #expect(try sql("SELECT sightings FROM versions") == "4\n")
    }

    /// A target whose sessions rotate has served one version throughout, at whatever time is asked about.
    @Test func rotatingSessionsAreOneVersionEverywhere() async throws {
        try await store.register(Samples.watchlist([Samples.watch("t", target)]), at: now)
        for hour in 0..<60 { _ = try await record(hour, "session-\(hour % 3)") }
        let archive = try Archive(path: folder.file())
        #expect(try archive.watches(matching: WatchFilter()).map(\.versions.count) == [1])
        #expect(try archive.versions(matching: WatchFilter()).map(\.share) == [1])
        let version = try #require(VersionIdentity(resolvedModel: "gpt-4o-2024-08-06", fingerprint: "fp_1"))
        for minutes in stride(from: 0, to: 59 * 60, by: 17) {
            let served = try archive.served(at: now + .seconds(minutes * 60), matching: WatchFilter())
            #expect(served.map(\.answer) == [.observed(version)])
        }
    }

    private func record(_ hour: Int, _ metadata: String) async throws -> [Event] {
        let time = now + .seconds(hour * 3600)
        guard
            case .observation(var seen, _) = Samples.finding(
                UInt64(hour), of: target, fingerprint: "fp_1", at: time)
        else { return [] }
        seen.metadata = metadata
        seen.shows = [.model, .fingerprint, .metadata]
        return try await store.record([.observation(seen, imported: false)], at: time)[0].events
    }

    private func sql(_ text: String) throws -> String {
        try Program.run("sqlite3", folder.file(), text)
    }
}
