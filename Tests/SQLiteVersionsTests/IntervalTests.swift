import Foundation
import GRDB
import PrompterCore
import Testing

@testable import SQLiteVersions

/// A target is probed at another interval than before: the past keeps its own.
struct IntervalTests {
    private let folder = try! TemporaryFolder()
    private let hourly = Samples.target(interval: .seconds(3600))
    private let frequent = Samples.target(interval: .seconds(60))
    /// The beginning of an hourly slot, well after the epoch.
    private let begin: Timestamp

    init() {
        begin = hourly.slot(at: Samples.now).begin
    }

    private func hours(_ count: Double) -> Timestamp { begin + .milliseconds(Int64(count * 3_600_000)) }

    /// Seen in the hours 0 to 9 but the fifth, and from hour 10 on watched every minute.
    private func edited(_ name: String = "prompterd.db") async throws -> SQLiteVersionStore {
        let store = try SQLiteVersionStore(path: folder.file(name))
        try await store.register(Samples.watchlist([Samples.watch("t", hourly)]), at: begin)
        for hour in 0..<10 where hour != 5 {
            let seen = Samples.finding(UInt64(hour), of: hourly, "m", at: hours(Double(hour) + 0.5))
            _ = try await store.record([seen], at: hours(11))
        }
        try await store.register(Samples.watchlist([Samples.watch("t", frequent)]), at: hours(10))
        return store
    }

    private func served(_ hour: Double, _ name: String = "prompterd.db") throws -> [ServedVersion<String>] {
        try Archive(path: folder.file(name)).served(at: hours(hour), matching: WatchFilter())
            .map { $0.answer.map(\.key) }
    }

    private func expectThePast(_ name: String = "prompterd.db") throws {
        #expect(try served(4.1, name) == [.observed("m")])
        #expect(try served(5.5, name) == [.bracketed("m")])
        // Every minute, an hour without a success says nothing.
        #expect(try served(10.9, name) == [.unknown])
    }

    @Test func thePastIsAskedAtItsOwnInterval() async throws {
        _ = try await edited()
        try expectThePast()
    }

    @Test func theWatchStaysWhatItWas() async throws {
        let store = try await edited()
        let archive = try Archive(path: folder.file())
        let report = try #require(try archive.watches(matching: WatchFilter()).first)
        #expect(report.interval == .seconds(60) && report.lastEvent?.kind == .first)
        let versions = try archive.versions(matching: WatchFilter())
        #expect(versions.map(\.isBound) == [true] && versions[0].state != nil)
        let events = try archive.events(in: begin..<hours(20), matching: WatchFilter(template: "t"))
        #expect(events.map(\.event.kind) == [.first] && events[0].watches.count == 1)
        // A list that says the same again writes nothing.
        try await store.register(Samples.watchlist([Samples.watch("t", frequent)]), at: hours(12))
        #expect(try Program.run("sqlite3", folder.file(), "SELECT count(*) FROM bindings") == "2\n")
    }

    @Test func theViewTakesEachBindingAtItsInterval() async throws {
        let store = try SQLiteVersionStore(path: folder.file())
        _ = try await store.record([Samples.finding(1, of: hourly, "m", at: begin)], at: begin)
        // Bound within the slot that another instance had probed, and moved to another target since.
        try await store.register(Samples.watchlist([Samples.watch("t", hourly)]), at: hours(0.5))
        var moved = Samples.watch("t", Samples.target("other", interval: .seconds(60)))
        moved.key.model = hourly.model
        try await store.register(Samples.watchlist([moved]), at: hours(2))
        // The target is watched again, by another, every minute.
        try await store.register(Samples.watchlist([moved, Samples.watch("u", frequent)]), at: hours(3))
        let seen = "SELECT template_id, provider_version_key FROM prompt_versions"
        #expect(try Program.run("sqlite3", folder.file(), seen) == "t|m\n")
        let versions = try Archive(path: folder.file()).versions(matching: WatchFilter())
        #expect(versions.map(\.watch.template) == ["t"])
    }

    @Test func anExportCarriesIt() async throws {
        _ = try await edited()
        let text = try Exports.export(folder.file())
        let copy = try SQLiteVersionStore(path: folder.file("copy.db"))
        try await Exports.take(text, into: copy, at: hours(11))
        try expectThePast("copy.db")
        #expect(try Exports.export(folder.file("copy.db")) == text)
    }

    /// Of an export that knows none, each binding has its target's.
    @Test func anOlderExportIsTakenAsItWasMeant() async throws {
        _ = try await edited()
        let text = try Exports.export(folder.file()).split(separator: "\n").map { line in
            line.hasPrefix(#"{"row":"binding""#) ? line.replacing(#/,"interval_ms":[0-9]+/#, with: "") : line
        }
        let copy = try SQLiteVersionStore(path: folder.file("copy.db"))
        try await Exports.take(text.joined(separator: "\n"), into: copy, at: hours(11))
        let kept = "SELECT interval_ms FROM bindings ORDER BY id"
        #expect(try Program.run("sqlite3", folder.file("copy.db"), kept) == "60000\n60000\n")
    }

    @Test func anOlderDatabaseKeepsTheIntervalThatItHas() async throws {
        let queue = try DatabaseQueue(path: folder.file())
        try Schema.migrator.migrate(queue, upTo: "2-signals")
        try await queue.write { [hourly, begin] database in
            try database.execute(
                sql: """
                    INSERT INTO targets (id, identity, model, interval_ms, created_at) VALUES (1, ?, 'm', 3600000, 0);
                    INSERT INTO bindings (org, workspace, template, provider, model, target_id, valid_from)
                    VALUES ('acme', 'main', 't', 'openai', 'gpt-4o', 1, ?);
                    INSERT INTO versions (id, target_id, provider_version_key, source) VALUES (1, 1, 'm', 'live');
                    INSERT INTO tallies VALUES (1, 0, 1, 0, 1000, 3);
                    """, arguments: [Data(hourly.id.bytes), begin.milliseconds])
        }
        try queue.close()
        let store = try SQLiteVersionStore(path: folder.file())
        try await store.register(Samples.watchlist([Samples.watch("t", hourly)]), at: hours(1))
        try await store.register(Samples.watchlist([Samples.watch("t", frequent)]), at: hours(2))
        let kept = "SELECT interval_ms, (valid_from - \(begin.milliseconds)) / 3600000 FROM bindings ORDER BY id"
        #expect(try Program.run("sqlite3", folder.file(), kept) == "3600000|0\n60000|2\n")
        #expect(try Program.run("sqlite3", folder.file(), "SELECT longest_gap_ms IS NULL FROM tallies") == "1\n")
    }
}
