import Testing

@testable import PrompterCore

struct ReplayTests {
    private static let start: Int64 = 1_764_000_000

    /// A line of a log, an hour after the one before it.
    private static func line(_ hour: Int, _ members: String = #""resolved_model":"m-1""#, model: String = "m") -> String
    {
        #"{"time":\#(start + Int64(hour) * 3600),"provider":"p","model":"\#(model)",\#(members)}"#
    }

    private struct Told: Hashable {
        var kind: Event.Kind
        var hour: Int64
        var isConfirmed: Bool?
    }

    private func replay(_ lines: [String], chunk: Int = .max, reach: Int = Replay.reach) -> [Replay.Outcome] {
        var replay = Replay(reach: reach)
        var rest = Array(lines.joined(separator: "\n").utf8)[...]
        var outcomes: [Replay.Outcome] = []
        while !rest.isEmpty {
            outcomes += replay.take(rest.prefix(chunk))
            rest = rest.dropFirst(chunk)
        }
        return outcomes + replay.finish()
    }

    private func reports(_ outcomes: [Replay.Outcome]) -> [EventReport] {
        outcomes.compactMap { if case .event(let report) = $0 { report } else { nil } }
    }

    private func complaints(_ outcomes: [Replay.Outcome]) -> [String] {
        outcomes.compactMap { if case .complaint(let complaint) = $0 { complaint.description } else { nil } }
    }

    private func told(_ outcomes: [Replay.Outcome]) -> [Told] {
        reports(outcomes).map {
            Told(
                kind: $0.event.kind, hour: ($0.event.time.milliseconds / 1000 - Self.start) / 3600,
                isConfirmed: $0.event.isConfirmed)
        }
    }

    private func change(confirmation: String) -> [String] {
        (0..<60).map { Self.line($0) } + [
            Self.line(60, #""resolved_model":"m-2""#), Self.line(60, #""resolved_model":"m-2"\#(confirmation)"#),
        ] + (61..<80).map { Self.line($0, #""resolved_model":"m-2""#) }
    }

    /// The same that the daemon's own store tells, without keeping what it keeps.
    @Test(arguments: [1, 1000, Int.max]) func tellsWhatAStoreTells(chunk: Int) throws {
        let lines = change(confirmation: #","confirmation":true"#)
        var ledger = VersionLedger()
        var expected: [Told] = []
        for (index, line) in lines.enumerated() {
            let second = index > 60
            guard case .object(let members) = try JSONDocument(Array(line.utf8)).root.value else { continue }
            let recorded = try RecordedLine(members)
            let target = ReplaySubject(provider: "p", model: "m").target
            let finding = try #require(
                recorded.finding(of: target, shows: .completion, id: UInt64(index + 1)))
            #expect(recorded.isConfirmation == (index == 61))
            for event in ledger.record(finding, at: recorded.time).events {
                let hour = Int64(second ? index - 1 : index)
                expected.append(Told(kind: event.kind, hour: hour, isConfirmed: event.isConfirmed))
            }
        }
        #expect(expected.contains { $0.kind == .replaced && $0.isConfirmed == true })
        #expect(told(replay(lines, chunk: chunk)) == expected)
    }

    @Test func inventsNoConfirmation() {
        let told = told(replay(change(confirmation: ""))).filter { $0.kind == .replaced }
        #expect(told.count == 1 && told[0].isConfirmed == false)
    }

    @Test func putsALateLineWhereItBelongs() {
        let lines = change(confirmation: #","confirmation":true"#)
        let expected = told(replay(lines))
        var late = lines
        for index in stride(from: 0, to: lines.count - 5, by: 6) { late.swapAt(index, index + 3) }
        // Of the two of one second the order of the lines decides, so these stay.
        late = late.filter { $0 != lines[60] && $0 != lines[61] }
        late.insert(contentsOf: lines[60...61], at: 58)
        #expect(told(replay(late, reach: 8)) == expected)
        let complaints = complaints(replay([Self.line(5), Self.line(6), Self.line(7), Self.line(1)], reach: 2))
        #expect(
            complaints == ["4: it comes more than 2 lines too late; sort the lines by time"])
        #expect(self.complaints(replay([Self.line(5), Self.line(6), Self.line(7), Self.line(1)], reach: 3)) == [])
    }

    /// Logs of several targets, one behind the other, are each in order.
    @Test func takesTargetsOneByOne() {
        let lines = (0..<50).map { Self.line($0) } + (0..<50).map { Self.line($0, model: "other") }
        let outcomes = replay(lines, reach: 3)
        #expect(complaints(outcomes) == [])
        #expect(reports(outcomes).map(\.model) == ["m", "other"])
    }

    @Test(arguments: [
        #""fingerprint":null"#, #""digest":null"#, #""metadata":null"#, #""resolved_model":null"#,
        #""outcome":"success""#, #""confirmation":false"#, #""outcome":null,"confirmation":null"#,
        #""anything":[{"else":1}]"#,
    ])
    func takesWhatSaysNothing(member: String) {
        let outcomes = replay(
            (0..<30).map { Self.line($0, #""digest":"sha256:1",\#(member.replacing("digest", with: "x"))"#) })
        #expect(complaints(outcomes) == [])
        #expect(reports(outcomes).map(\.event.value) == ["sha256:1"])
    }

    @Test(arguments: [
        ("{", "not JSON: expected a name in quotes here at byte 1"),
        ("7", "expected an object here, not a number"),
        (#"{"provider":"p","model":"m"}"#, "time is missing"), (#"{"time":1,"model":"m"}"#, "provider is missing"),
        (#"{"time":1,"provider":"p"}"#, "model is missing"), (#"{"time":1,"time":1}"#, "time appears twice"),
        (
            #"{"time":-1}"#,
            "time should be a time such as \"2026-11-17T14:00:00Z\", or seconds or milliseconds since 1970"
        ),
        (
            #"{"time":1e300}"#,
            "time should be a time such as \"2026-11-17T14:00:00Z\", or seconds or milliseconds since 1970"
        ),
        (#"{"provider":""}"#, "provider should be a non-empty string"),
        (#"{"digest":1}"#, "digest should be a string or null"),
        (#"{"confirmation":"yes"}"#, "confirmation should be true or false"),
        (#"{"row":"observations"}"#, "unknown row type \"observations\"; did you mean \"observation\"?"),
    ])
    func complainsOfALine(line: String, complaint: String) {
        #expect(complaints(replay(["", line, Self.line(0)])) == ["2: \(complaint)"])
    }

    @Test(arguments: [
        ("\"2025-11-24T16:00:00.250Z\"", 250), ("\"2025-11-24 17:00:00+01:00\"", 0), ("1764000000.5", 500),
        ("1764000000250", 250), ("1.76400000025e12", 250),
    ])
    func readsATimeAsLogsWriteIt(time: String, milliseconds: Int64) {
        let outcomes = replay([#"{"time":\#(time),"provider":"p","model":"m","fingerprint":"fp_1"}"#])
        #expect(reports(outcomes).map(\.event.time.milliseconds) == [Self.start * 1000 + milliseconds])
    }

    @Test func failuresAreNoEvidenceButNews() {
        let gone = (20..<40).map { Self.line($0, #""outcome":"not_found""#) }
        let outcomes = replay(
            (0..<20).map { Self.line($0) } + gone + [Self.line(40), Self.line(41, #""outcome":"skipped""#)])
        #expect(Set(told(outcomes).map(\.kind)).isSuperset(of: [.first, .notFound, .found]))
        for outcome in ["failure", "timeout", "no_version"] {
            let lines = (0..<90).map {
                Self.line($0, $0 % 3 == 1 ? #""outcome":"\#(outcome)""# : #""resolved_model":"m-1""#)
            }
            #expect(told(replay(lines)).map(\.kind) == [.first], "\(outcome)")
        }
        // Of one slot a confirmation is needed.
        let once = [Self.line(0), Self.line(1, #""outcome":"not_found""#)]
        #expect(told(replay(once)).map(\.kind) == [.first])
        let confirmed = once + [Self.line(1, #""outcome":"not_found","confirmation":true"#)]
        #expect(told(replay(confirmed)).map(\.kind) == [.first, .notFound])
        // An answer that names nothing is a failure, and five in a row are a refusal.
        let nameless = (0..<90).map { Self.line($0, $0 == 0 ? #""digest":"d""# : #""digest":"""#) }
        #expect(told(replay(nameless)).map(\.kind) == [.first, .refused])
    }

    // MARK: An export

    private static let export = [
        ExchangeRow.heading,
        #"{"row":"target","number":4,"identity":"\#(String(repeating: "ab", count: 32))","provider":"p","model":"m","created_at":"2025-11-24T16:00:00Z","failures":0}"#,
        #"{"row":"version","number":1,"target":4,"resolved_model":"m-1","provider_version_key":"m-1","source":"live","sightings":2}"#,
        #"{"row":"binding","org":"o","workspace":"w","template":"t","provider":"p","model":"m","target":4,"valid_from":"2025-11-24T00:00:00Z"}"#,
        #"{"row":"observation","target":4,"observed_at":"2025-11-24T16:00:00Z","id":"00000000000000ff","version":1,"slot":9,"latency_us":1,"shows":1}"#,
    ]

    @Test func readsAnExport() throws {
        var replay = Replay()
        let tally =
            #"{"row":"tally","target":4,"day":20416,"version":1,"first_at":"2025-11-24T16:00:00Z","last_at":"2025-11-24T17:00:00Z","sightings":2}"#
        let outcomes = replay.take(Array((Self.export + [tally]).joined(separator: "\n").utf8)[...]) + replay.finish()
        let report = try #require(reports(outcomes).first)
        #expect(outcomes.count == 1 && report.event.kind == .first && report.event.observation == 255)
        #expect(report.event.slot == 9 && report.provider == "p" && report.watches.map(\.template) == ["t"])
        #expect(replay.tallies == 1 && replay.findings == 1)
        // Twice the same is once the same.
        #expect(told(self.replay(Self.export + Self.export)).count == 1)
    }

    @Test func complainsOfAnExportThatIsCutOff() {
        #expect(
            complaints(replay([Self.export[4]])) == [
                "1: no earlier line defines target 4; replay the export from its first line"
            ])
        #expect(
            complaints(replay([Self.export[1], Self.export[4]])) == [
                "2: no earlier line defines version 1; replay the export from its first line"
            ])
    }

    @Test func knowsTheFingerprintByItsNameInAnswers() {
        let lines = (0..<30).map { Self.line($0, #""fingerprint":null,"system_fingerprint":"fp_1""#) }
        #expect(reports(replay(lines)).map(\.event.value) == ["fp_1"])
    }

    @Test func namesWhatItDoesNotLookAt() {
        var replay = Replay()
        let line = Self.line(0, #""resolved_modl":"x","took":1"#)
        _ = replay.take(Array(line.utf8)[...]) + replay.finish()
        #expect(replay.unknownMembers == [#"resolved_modl; did you mean "resolved_model"?"#, "took"])
    }
}
