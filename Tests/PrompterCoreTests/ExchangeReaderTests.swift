import PrompterCore
import Testing

struct ExchangeReaderTests {
    private static let now = Timestamp(milliseconds: 1_764_000_000_000)
    private static let identity = String(repeating: "ab", count: 32)
    private static let target =
        #"{"row":"target","number":1,"identity":"\#(identity)","created_at":"2025-11-24T16:00:00.000Z","failures":0}"#
    private static let version =
        #"{"row":"version","number":7,"target":1,"provider_version_key":"fp_1","fingerprint":"fp_1","source":"live","sightings":2}"#

    private func read(_ text: String, chunk: Int = .max) -> [Result<ExchangeReader.Entry, ExchangeReader.Complaint>] {
        var reader = ExchangeReader(at: Self.now)
        var rest = Array(text.utf8)[...]
        var entries: [Result<ExchangeReader.Entry, ExchangeReader.Complaint>] = []
        while !rest.isEmpty {
            entries += reader.take(rest.prefix(chunk))
            rest = rest.dropFirst(chunk)
        }
        return entries + reader.finish()
    }

    private func complaints(_ text: String) -> [String] {
        read(text).compactMap {
            if case .failure(let complaint) = $0 { complaint.description } else { nil }
        }
    }

    @Test(arguments: [1, 7, .max])
    func readsLinesHoweverTheyArrive(chunk: Int) throws {
        let text = "\n\(ExchangeRow.heading)\n\(Self.target)\r\n\n\(Self.version)"
        let rows = try read(text, chunk: chunk).compactMap { entry -> ExchangeRow? in
            if case .row(let row) = try entry.get() { row } else { nil }
        }
        #expect(rows.map(\.line) == [Self.target, Self.version])
        #expect(rows[1]["resolved_model"] == .text("") && rows[1]["first_seen_at"] == .null)
    }

    @Test(arguments: [
        ("[]", "1: expected an object here, not an array"),
        ("{", "1: not JSON: expected a name in quotes here at byte 1"),
        (#"{"row":"targets"}"#, #"1: unknown row type "targets"; did you mean "target"?"#),
        (#"{"row":"export","form":3}"#, "1: a newer prompterd wrote this; install that version"),
        (#"{"row":"target","row":"x"}"#, "1: row appears twice"), (#"{"number":1}"#, "1: row is missing"),
        (#"{"row":"tally","x":1}"#, #"1: tally rows have no "x""#), (#"{"row":"target"}"#, "1: number is missing"),
        (#"{"row":"target","number":0}"#, "1: number should be a whole number of at least 1"),
    ])
    func refusesALineWithItsReason(line: String, complaint: String) {
        // An array is no JSON Lines: what does not begin with a brace is taken for CSV.
        let text = line.hasPrefix("[") ? "\(ExchangeRow.heading)\n\(line)" : line
        #expect(complaints(text) == [line.hasPrefix("[") ? complaint.replacing("1:", with: "2:") : complaint])
    }

    @Test func refusesWhatRefersToNothing() {
        #expect(complaints(Self.version) == ["1: no earlier line defines target 1"])
        #expect(complaints("\(Self.target)\n\(Self.target)") == ["2: the number 1 appears twice"])
        // What refers to a line that was refused is not complained of again.
        #expect(complaints("{}\n\(Self.version)") == ["1: row is missing"])
        let tally =
            #"{"row":"tally","target":1,"day":20416,"version":7,"first_at":"2025-11-24T16:00:00Z","last_at":"2025-11-24T17:00:00Z","sightings":2}"#
        #expect(complaints("\(Self.target)\n\(Self.version)\n\(tally)") == [])
        #expect(complaints("\(Self.target)\n\(tally)") == ["2: no earlier line defines version 7 of target 1"])
        let wrong = tally.replacing("20416", with: "20415")
        #expect(
            complaints("\(Self.target)\n\(Self.version)\n\(wrong)")
                == ["3: first_at and last_at are not within its day"])
    }

    /// What is taken in is written again some day.
    @Test(arguments: [
        (#""9999-12-31T23:59:59.999Z""#, true), (#""9999-12-31T23:59:59-01:00""#, false),
        (#""0000-01-01T00:00:00Z""#, true), (#""0000-01-01T00:00:00+00:01""#, false),
    ])
    func takesNoTimeThatHasNoFourDigitsOfAYear(time: String, isTaken: Bool) {
        let line = Self.target.replacing(#""2025-11-24T16:00:00.000Z""#, with: time)
        let complaint = #"1: created_at should be a time such as "2026-11-17T14:00:00.000Z""#
        #expect(complaints(line) == (isTaken ? [] : [complaint]))
    }

    @Test(arguments: [
        (253_402_300_799_999, true), (253_402_300_800_000, false), (Int64.max, false), (-62_167_219_200_000, true),
        (-62_167_219_200_001, false), (Int64.min, false),
    ])
    func takesNoEvidenceOfATimeThatIsNone(milliseconds: Int64, isTaken: Bool) {
        let time = #""2025-11-24T16:00:00.000Z""#
        let event =
            #"{"row":"event","id":"e","target":1,"kind":"replaced","value":"v","slot":0,"happened_at":\#(time),"observation_id":"0000000000000001","recorded_at":\#(time),"previous":[],"evidence":[[\#(milliseconds),"0000000000000001","v"]],"place_at":\#(time),"place_id":"0000000000000001"}"#
        #expect(complaints("\(Self.target)\n\(event)").isEmpty == isTaken)
    }

    @Test func boundsALine() {
        let long = "{\"row\":\"\(String(repeating: "x", count: ExchangeReader.longestLine))\"}"
        #expect(complaints("{}\n\(long)\n{}").map { $0.prefix(2) } == ["1:", "2:", "3:"])
    }

    private static let header =
        "org_id,workspace_id,template_id,provider,model_id,provider_version_key,fingerprint_captured_at,first_seen_at,last_seen_at,note"

    @Test func readsTheServiceLayersTable() throws {
        let rows = read(
            """
            \(Self.header)
            o,w,"t, ""x"" y",openai,gpt-4o,fp_1,2025-01-01 10:00:00.123456,2025-01-01 10:00:00,2025-02-01 10:00:00+00:00,
            o,w,t,google,gemini,gemini-001,,2025-01-01T10:00:00Z,2025-01-01T11:00:00+01:00,n
            o,w,t,google,gemini,unknown,\\N,2025-01-01,2025-01-02,

            """)
        let entries = try rows.map { try $0.get() }
        guard case .promptVersion(let first) = entries[0], case .promptVersion(let second) = entries[1] else {
            Issue.record("\(entries)")
            return
        }
        #expect(first.watch.texts == ["o", "w", "t, \"x\" y", "openai", "gpt-4o"])
        #expect(first.version.fingerprint == "fp_1" && first.version.resolvedModel == nil)
        #expect(
            first.capturedAt?.milliseconds == 1_735_725_600_123 && first.firstSeen.milliseconds == 1_735_725_600_000)
        #expect(second.version.resolvedModel == "gemini-001" && second.capturedAt == nil)
        #expect(second.lastSeen == second.firstSeen)
        #expect(entries[2] == .nameless && entries.count == 3)
    }

    @Test func refusesRowsWithTheirReasons() {
        #expect(
            complaints(
                """
                \(Self.header)
                o,w,t,p,m,fp_1,,2025-01-01,2025-01-02
                o,w,t,p,m,fp_1,,yesterday,2025-01-02,
                o,w,t,p,m,fp_1,,2025-01-03,2025-01-02,
                o,,t,p,m,fp_1,,2025-01-01,2025-01-02,
                o,w,t,p,m,fp_1,,2025-01-01,2099-01-02,
                """) == [
                    "2: it has 9 fields but the header has 10", "3: first_seen_at: \"yesterday\" is not a time",
                    "4: last_seen_at is earlier than first_seen_at", "5: workspace_id is empty",
                    "6: last_seen_at is in the future",
                ])
        #expect(complaints("org_id,x\n1,2\n").count == 1)
        #expect(
            complaints(Self.header.replacing("org_id", with: "org")).first?.hasPrefix("1: the header has no org_id")
                == true)
    }
}
