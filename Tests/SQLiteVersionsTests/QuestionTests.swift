import Foundation
import GRDB
import PrompterCore
import Testing

@testable import SQLiteVersions

/// What people ask of the archive.
struct QuestionTests {
    private let folder = try! TemporaryFolder()
    private let store: SQLiteVersionStore
    private let now = Samples.now
    private let old = Samples.target("gpt-4o")
    private let new = Samples.target("gpt-5")

    init() throws {
        store = try SQLiteVersionStore(path: folder.file())
    }

    private func archive() throws -> Archive { try Archive(path: folder.file()) }

    private func hours(_ count: Int) -> Timestamp { now + .seconds(3600 * count) }

    private func record(_ id: UInt64, _ target: Target, _ model: String, hour: Int) async throws {
        _ = try await store.record([Samples.finding(id, of: target, model, at: hours(hour))], at: hours(1000))
    }

    private func served(_ hour: Int, _ filter: WatchFilter = WatchFilter()) throws -> [String] {
        try archive().served(at: hours(hour), matching: filter).map { report in
            "\(report.watch.template) \(report.answer.name) \(report.answer.versions.map(\.key).joined(separator: ","))"
        }
    }

    @Test func anEditedWatchKeepsWhatServedIt() async throws {
        var watch = Samples.watch("t", old)
        try await store.register(Samples.watchlist([watch, Samples.watch("u", old)]), at: now)
        for hour in 0..<30 {
            try await record(UInt64(hour), old, hour < 20 ? "a" : "b", hour: hour)
            try await record(UInt64(100 + hour), new, "c", hour: hour)
        }
        watch.target = new
        try await store.register(Samples.watchlist([watch]), at: hours(10))
        #expect(try served(5) == ["t observed a", "u observed a"])
        #expect(try served(15) == ["t observed c"])
        #expect(try served(40) == ["t unknown "] && served(-1) == [])
        #expect(try served(5, WatchFilter(template: "u")) == ["u observed a"])
        #expect(try served(15, WatchFilter(org: "nobody")) == [])
        // What happened to a target while no watch pointed there is nobody's.
        let events = try archive().events(in: hours(-10)..<hours(100), matching: WatchFilter(org: "acme"))
        #expect(events.map(\.event.value) == ["a"] && events[0].watches.map(\.template) == ["t", "u"])
        let all = try archive().events(in: hours(-10)..<hours(100), matching: WatchFilter())
        #expect(all.map(\.event.value) == ["a", "c", "b", "b"] && all[2].watches == [] && all[2].model == "gpt-4o")
    }

    @Test func eventsComeByTimeAndByWatch() async throws {
        try await store.register(
            Samples.watchlist([Samples.watch("t", old), Samples.watch("u", new)]), at: now)
        for hour in 0..<30 {
            try await record(UInt64(hour), old, hour < 25 ? "a" : "b", hour: hour)
            try await record(UInt64(100 + hour), new, "c", hour: hour)
        }
        func kinds(_ from: Int, _ until: Int, _ filter: WatchFilter = WatchFilter()) throws -> [String] {
            try archive().events(in: hours(from)..<hours(until), matching: filter).map {
                "\($0.watches.map(\.template).joined()) \($0.event.kind.rawValue)"
            }
        }
        #expect(try kinds(-1, 100) == ["t first", "u first", "t appeared", "t replaced"])
        #expect(try kinds(1, 26) == ["t appeared"] && kinds(28, 29) == ["t replaced"])
        #expect(try kinds(-1, 100, WatchFilter(template: "u")) == ["u first"])
        #expect(try kinds(1, 100, WatchFilter(provider: "openai", model: "gpt-4o")) == ["t appeared", "t replaced"])
        #expect(try kinds(-1, 100, WatchFilter(model: "o3")) == [])
        // A late observation refutes them.
        _ = try await store.record(
            [Samples.finding(999, of: old, "a", at: hours(25) + .seconds(1800))], at: hours(40))
        let reports = try archive().events(in: hours(20)..<hours(100), matching: WatchFilter(template: "t"))
        #expect(reports.contains { $0.event.kind == .replaced } || reports.contains { $0.isCorrected })
        #expect(
            Set(reports.filter(\.isCorrected).map(\.event.id))
                == Set(reports.filter { $0.event.kind == .corrected }.flatMap(\.event.previous)))
    }

    @Test func pruningChangesNoAnswerIntoAFalseOne() async throws {
        try await store.register(Samples.watchlist([Samples.watch("t", old)]), at: now)
        for hour in 0..<96 { try await record(UInt64(hour), old, hour < 50 ? "a" : "b", hour: hour) }
        let before = try (0..<96).map { try served($0) }
        #expect(before[3] == ["t observed a"] && before[60] == ["t observed b"])
        #expect(try await store.prune(before: hours(96), at: hours(96)) == nil)
        for hour in 0..<96 where abs(hour - 50) > 24 {
            let answer = try served(hour)
            #expect(answer == before[hour] || answer == [before[hour][0].replacing("observed", with: "bracketed")])
        }
        #expect(try served(50)[0].contains("b"))
    }

    /// However many observations a day has, those of its morning say nothing of its evening.
    @Test(arguments: [nil, 7 * 3600]) func aDenseDayHidesNoOutage(prunedBefore: Int?) async throws {
        let midnight = Timestamp(milliseconds: 1_763_942_400_000)
        try await store.register(Samples.watchlist([Samples.watch("t", old)]), at: midnight)
        let probed = (0..<8 * 12).map { 300 * $0 } + (20 * 12..<24 * 12).map { 300 * $0 }
        for second in probed {
            let seen = Samples.finding(UInt64(second), of: old, "a", at: midnight + .seconds(second))
            _ = try await store.record([seen], at: midnight + .seconds(86_400))
        }
        // In one step, or in two.
        for end in [prunedBefore, 2 * 86_400].compactMap(\.self) {
            _ = try await store.prune(before: midnight + .seconds(end), at: midnight + .seconds(2 * 86_400))
        }
        func served(_ hour: Int) throws -> ServedVersion<String>? {
            try archive().served(at: midnight + .seconds(3600 * hour), matching: WatchFilter()).first?.answer
                .map(\.key)
        }
        #expect(try served(14) == .oneOf(["a"]))
        #expect(try served(4) == .oneOf(["a"]))
        let text = try Exports.export(folder.file())
        #expect(text.contains(#""longest_gap_ms":43500000"#))
    }

    @Test func versionsHaveStateShareAndConfidence() async throws {
        var watch = Samples.watch("t", old)
        try await store.register(Samples.watchlist([watch]), at: now)
        for hour in 0..<30 { try await record(UInt64(hour), old, hour < 24 ? "a" : "b", hour: hour) }
        let reports = try archive().versions(matching: WatchFilter())
        #expect(reports.map(\.version.identity.key) == ["b", "a"] && reports.map(\.share) == [0.2, 0.8])
        #expect(reports.map(\.state) == [.live, .retired] && reports.allSatisfy { $0.isBound && $0.source == "live" })
        #expect(reports[0].confidence == [.init(.model, .alias)])
        watch.target = new
        try await store.register(Samples.watchlist([watch]), at: hours(100))
        let past = try archive().versions(matching: WatchFilter(template: "t"))
        #expect(past.map(\.state) == [nil, nil] && past.allSatisfy { !$0.isBound })
        #expect(try archive().versions(matching: WatchFilter(template: "x")) == [])
    }

    @Test func statusSaysWhetherAnExpectationIsMet() async throws {
        try await store.register(Samples.watchlist([Samples.watch("t", old), Samples.watch("u", old)]), at: now)
        try await DatabaseQueue(path: folder.file()).write {
            try $0.execute(sql: "UPDATE bindings SET expect = '[\"a\"]' WHERE template = 't'")
        }
        for hour in 0..<30 { try await record(UInt64(hour), old, hour < 24 ? "a" : "b", hour: hour) }
        let reports = try archive().watches(matching: WatchFilter())
        #expect(reports.map(\.isExpectationMet) == [false, nil] && reports.map(\.state) == [.live, .live])
        #expect(reports[0].expectation?.patterns == ["a"])
        #expect(reports.map(\.lastEvent?.kind) == [.unexpected, .replaced] || reports[1].lastEvent?.kind == .replaced)
    }

    /// Of thousands of versions ten are shown, so ten are read.
    @Test func theVersionsSeenLastAreReadByAnIndex() throws {
        try DatabaseQueue(path: folder.file()).read { database in
            let statement = try database.makeStatement(sql: "EXPLAIN QUERY PLAN \(WatchQuery.versionsSQL)")
            statement.setUncheckedArguments(StatementArguments())
            let plan = try Row.fetchAll(statement).map { $0["detail"] as String }
            #expect(plan.first == "SEARCH versions USING INDEX versions_by_time (target_id=?)", "\(plan)")
            // At most those of one millisecond are sorted.
            #expect(!plan.contains("USE TEMP B-TREE FOR ORDER BY"), "\(plan)")
        }
    }

    /// With ten million observations a question reads some of them, and never all.
    @Test func noQuestionReadsAllObservations() throws {
        let questions = [
            EventQuery.allSQL, EventQuery.ofTargetSQL, EventQuery.targetsSQL, EventQuery.correctedSQL, BindingQuery.sql,
            ServedQuery.watchesSQL, ServedQuery.inSlotSQL, ServedQuery.beforeSQL, ServedQuery.afterSQL,
            ServedQuery.talliesSQL, ServedQuery.versionSQL, VersionQuery.bindingsSQL, VersionQuery.targetSQL,
            VersionQuery.versionsSQL, WatchQuery.watchesSQL, WatchQuery.lastEventSQL, WatchQuery.versionsSQL,
            WatchQuery.pastSQL,
        ]
        try DatabaseQueue(path: folder.file()).read { database in
            for question in questions {
                let statement = try database.makeStatement(sql: "EXPLAIN QUERY PLAN \(question)")
                statement.setUncheckedArguments(StatementArguments())
                let plan = try Row.fetchAll(statement).map { $0["detail"] as String }
                let scans = plan.filter { $0.hasPrefix("SCAN") && !$0.hasPrefix("SCAN bindings") }
                #expect(scans.isEmpty, "\(question): \(plan)")
                for detail in plan where detail.contains(" observations ") {
                    #expect(
                        detail.contains("target_id=? AND observed_at"), "\(question): \(plan)")
                }
            }
        }
    }
}
