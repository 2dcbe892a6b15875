import ConformanceSuites
import GRDB
import PrompterCore
import SQLiteVersions
import Testing

struct ImportTests {
    private let folder = try! TemporaryFolder()
    private let now = Samples.now

    private func sql(_ sql: String, on name: String = "prompterd.db") throws {
        try DatabaseQueue(path: folder.file(name)).write { try $0.execute(sql: sql) }
    }

    private func number(_ sql: String, on name: String = "prompterd.db") throws -> Int {
        try DatabaseQueue(path: folder.file(name)).read { try Int.fetchOne($0, sql: sql) } ?? 0
    }

    private func open(_ name: String) throws -> SQLiteVersionStore { try SQLiteVersionStore(path: folder.file(name)) }

    /// A database in which everything has happened: edits, changes, late and suspect observations, failures, tallies.
    private func eventful(_ seed: UInt64) async throws -> (store: SQLiteVersionStore, targets: [Target]) {
        var random = SeededGenerator(seed: seed)
        let store = try open("prompterd.db")
        let targets = ["gpt-4o", "gpt-5", "o3"].map { Samples.target($0, interval: .seconds(3600)) }
        let watches = targets.enumerated().map { Samples.watch("t\($0)", $1) }
        try await store.register(Samples.watchlist(watches), at: now)
        var findings: [Finding] = []
        for index in 0..<400 {
            let target = targets[Int.random(in: 0..<3, using: &random)]
            let late = Int.random(in: 0..<20, using: &random) == 0 ? 50 : 0
            let time = now + .seconds(3600 * (index - late))
            if Int.random(in: 0..<15, using: &random) == 0 {
                findings.append(.failure(FailedAttempt(target: target.id, time: time, failureClass: .notFound)))
            }
            let model = index < 200 ? "a" : "b"
            let fingerprint = ["fp_1", "fp_2", "fp_3"].randomElement(using: &random)
            findings.append(
                Samples.finding(
                    UInt64.random(in: 1 ... .max, using: &random), of: target, model, fingerprint: fingerprint, at: time
                ))
        }
        let end = now + .seconds(3600 * 380)
        // Dated ahead of every clock.
        findings[399] = Samples.finding(7, of: targets[0], "x", at: end + .seconds(86_400))
        for batch in 0..<8 { _ = try await store.record(Array(findings[(batch * 50)..<(batch * 50 + 50)]), at: end) }
        var moved = watches
        moved[0].target = targets[1]
        moved[0].key.model = "gpt-4o"
        try await store.register(Samples.watchlist(Array(moved.dropLast())), at: end)
        try sql("UPDATE bindings SET expect = '[\"a\",\"b*\"]' WHERE template = 't1'")
        try sql(
            "INSERT INTO tallies SELECT target_id, 20000, id, 1728000000000 + id, 1728000003600 + id, 3, 9 FROM versions"
        )
        try sql("UPDATE targets SET pruned_at = \(now.milliseconds) WHERE id = 1")
        return (store, targets)
    }

    @Test(arguments: 1...5)
    func givesBackWhatWasExported(seed: UInt64) async throws {
        let (store, targets) = try await eventful(seed)
        let text = try Exports.export(folder.file())
        #expect(text.contains(#""kind":"corrected""#) || text.contains(#""kind":"replaced""#))
        #expect(text.contains(#""suspect":true"#) && text.contains(#""row":"tally""#))
        let copy = try open("copy.db")
        let summary = try await Exports.take(text, into: copy, at: now)
        #expect(summary.rows == text.split(separator: "\n").count - 1)
        #expect(try Exports.export(folder.file("copy.db")) == text)
        // The lives are those that the observations make: what comes next makes the same events.
        let ids = targets.map(\.id)
        let (ours, theirs) = (try await store.memory(of: ids), try await copy.memory(of: ids))
        #expect(ours.mapValues(\.life) == theirs.mapValues(\.life))
        let next = (0..<3).map {
            Samples.finding(UInt64($0), of: targets[$0], "c", at: now + .seconds(3600 * 1000))
        }
        let later = now + .seconds(3600 * 1000)
        let recorded = try await store.record(next, at: later)
        #expect(try await copy.record(next, at: later) == recorded && recorded.allSatisfy { !$0.events.isEmpty })
    }

    @Test func changesNothingTheSecondTime() async throws {
        let (store, _) = try await eventful(9)
        let text = try Exports.export(folder.file())
        let own = try await Exports.take(text, into: store)
        #expect(own.added.values.allSatisfy { $0 == 0 } && own.rows > 400)
        #expect(try Exports.export(folder.file()) == text)
        // An older export brings nothing back: neither a watch that is gone nor what was pruned.
        try await store.register(Samples.watchlist([]), at: now + .seconds(3600 * 500))
        try sql(
            """
            INSERT OR REPLACE INTO tallies
            SELECT target_id, observed_at / 86400000, version_id, min(observed_at), max(observed_at), count(*), NULL
            FROM observations WHERE NOT suspect AND target_id = 2 GROUP BY 1, 2, 3;
            UPDATE targets SET pruned_at = (SELECT max(observed_at) + 1 FROM observations WHERE target_id = 2)
            WHERE id = 2;
            DELETE FROM observations WHERE target_id = 2;
            """)
        let pruned = try Exports.export(folder.file())
        let again = try await Exports.take(text, into: store)
        #expect(again.added.values.allSatisfy { $0 == 0 }, "\(again.added)")
        #expect(try Exports.export(folder.file()) == pruned)
    }

    @Test func addsWhatWasNotKnownAndTellsNobody() async throws {
        let target = Samples.target()
        let (here, there) = (try open("prompterd.db"), try open("there.db"))
        for store in [here, there] {
            try await store.register(Samples.watchlist([Samples.watch("t", target)]), at: now)
        }
        try sql("UPDATE bindings SET hook = x'01', hook_severity = 'info'")
        func findings(_ range: Range<Int>, _ model: String) -> [Finding] {
            range.map { Samples.finding(UInt64($0), of: target, model, at: now + .seconds(60 * $0)) }
        }
        let end = now + .seconds(60 * 200)
        _ = try await here.record(findings(100..<130, "a"), at: end)
        _ = try await there.record(findings(0..<50, "a") + findings(50..<60, "b") + findings(100..<110, "a"), at: end)
        let told = try number("SELECT count(*) FROM deliveries")
        let text = try Exports.export(folder.file("there.db"))
        let summary = try await Exports.take(text, into: here, at: end)
        #expect(summary.added[.observation] == 60 && summary.added[.version] == 1 && summary.added[.target] == nil)
        #expect(try number("SELECT count(*) FROM deliveries") == told && told > 0)
        #expect(try number("SELECT count(*) FROM events WHERE kind = 'replaced'") == 1)
        #expect(try number("SELECT sightings FROM versions WHERE resolved_model = 'a'") == 80)
        #expect(try number("SELECT first_seen_at FROM versions WHERE resolved_model = 'a'") == Int(now.milliseconds))
        #expect(try number("SELECT sightings FROM versions WHERE resolved_model = 'b'") == 10)
        // The life is what all of them make together.
        let all = try open("all.db")
        _ = try await all.record(
            findings(0..<50, "a") + findings(50..<60, "b") + findings(100..<130, "a"), at: end)
        let (ours, whole) = (try await here.memory(of: [target.id]), try await all.memory(of: [target.id]))
        #expect(ours[target.id]?.life == whole[target.id]?.life)
        #expect(ours[target.id]?.lastSuccess == whole[target.id]?.lastSuccess)
    }

    /// In the first form metadata stood with the versions, which differed by it.
    @Test(arguments: [false, true]) func mergesTheVersionsOfTheFirstForm(isTargetKnown: Bool) async throws {
        let target = Samples.target()
        let store = try open("prompterd.db")
        if isTargetKnown {
            let seen = Samples.finding(1, of: target, "m", fingerprint: "fp_1", at: now)
            _ = try await store.record([seen], at: now)
        }
        func version(_ number: Int, _ metadata: String, _ hour: Int, sightings: Int) -> String {
            let day = "2025-11-0\(number)"
            return
                #"{"row":"version","number":\#(number),"target":1,"resolved_model":"m","provider_version_key":"fp_1","#
                + #""fingerprint":"fp_1","metadata":"\#(metadata)","source":"live","fingerprint_captured_at":"\#(day)T0\#(hour):00:00Z","#
                + #""first_seen_at":"\#(day)T0\#(hour):00:00Z","last_seen_at":"2025-11-09T0\#(hour):00:00Z","sightings":\#(sightings)}"#
        }
        func tally(_ version: Int, _ hour: Int) -> String {
            #"{"row":"tally","target":1,"day":20400,"version":\#(version),"first_at":"2025-11-08T0\#(hour):00:00Z","#
                + #""last_at":"2025-11-08T0\#(hour):30:00Z","sightings":2}"#
        }
        func observation(_ version: Int, _ hour: Int) -> String {
            #"{"row":"observation","target":1,"observed_at":"2025-11-09T0\#(hour):00:00Z","id":"000000000000000\#(hour)","#
                + #""version":\#(version),"slot":1,"latency_us":1,"shows":11}"#
        }
        let lines = [
            #"{"row":"export","form":1}"#,
            #"{"row":"target","number":1,"identity":"\#(target.id.hexadecimal)","created_at":"2025-11-01T00:00:00Z","failures":0}"#,
            version(1, "s-1", 3, sightings: 4), version(2, "s-2", 5, sightings: 3), observation(1, 3),
            observation(2, 5),
            observation(1, 4), tally(1, 1), tally(2, 2),
        ]
        let summary = try await Exports.take(lines.map { "\($0)\n" }.joined(), into: store, at: now)
        #expect(summary.added[.version, default: 0] == (isTargetKnown ? 0 : 1) && summary.added[.tally] == 1)
        #expect(summary.added[.observation] == 3)
        #expect(try number("SELECT count(*) FROM versions") == 1)
        #expect(try number("SELECT sightings FROM versions") == 7 + (isTargetKnown ? 1 : 0))
        #expect(try number("SELECT sightings FROM tallies") == 4)
        #expect(try number("SELECT last_at - first_at FROM tallies") == 90 * 60_000)
        let export = try Exports.export(folder.file())
        #expect(export.hasPrefix(#"{"row":"export","form":2}"#))
        #expect(export.split(separator: "\n").filter { $0.contains("metadata") }.count == 3)
        #expect(try number("SELECT count(*) FROM metadata WHERE value IN ('s-1', 's-2')") == 2)
        let copy = try open("copy.db")
        try await Exports.take(export, into: copy, at: now)
        #expect(try Exports.export(folder.file("copy.db")) == export)
        #expect(
            try await Exports.take(lines.map { "\($0)\n" }.joined(), into: store, at: now).added.values.allSatisfy {
                $0 == 0
            })
        #expect(try Exports.export(folder.file()) == export)
    }

    @Test func importsNothingWhereALineIsBad() async throws {
        let (_, _) = try await eventful(4)
        let text = try Exports.export(folder.file())
        let copy = try open("copy.db")
        await #expect(throws: SQLiteStoreError.self) { try await Exports.take(text + "{}\n", into: copy) }
        #expect(try number("SELECT count(*) FROM targets", on: "copy.db") == 0)
        #expect(try Exports.export(folder.file("copy.db")) == "\(ExchangeRow.heading)\n")
    }
}
