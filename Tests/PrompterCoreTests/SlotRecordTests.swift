import PrompterCore
import Testing

struct SlotRecordTests {
    private let slot = Slot(target: Example.target().id, interval: .seconds(3600), number: 7)

    private func read(_ text: String) -> SlotRecord? {
        SlotRecord(Array(text.utf8), of: LeaseKey(slot), form: .probe)
    }

    /// The observation that an instance imports which finds `record`.
    private func imported(_ record: SlotRecord?) throws -> Observation {
        guard case .succeeded(let id, let payload) = try #require(record).state,
            case .observed(let observation) = ProbeAdmission(.succeeded(id: id, payload), to: slot)
        else { throw CancellationError() }
        return observation
    }

    @Test func everyStateComesBack() throws {
        var observation = try Example.observation(
            .max, of: slot.target, at: Timestamp(milliseconds: 1_790_000_000_123), model: "gpt \"x\"\n",
            fingerprint: "fp_é")
        observation.slot = slot.number
        observation.metadata = "session \"1\""
        observation.usage = Usage(inputTokens: 8, outputTokens: nil)
        observation.latency = .microseconds(1234)
        for record in [
            SlotRecord(.leased(id: 0xFEDC_BA98_7654_3210, attempt: 2)),
            SlotRecord(.succeeded(id: observation.id, LeasePayload(observation))),
            SlotRecord(.held(attempt: 1, LeasePayload(.rateLimited)), hold: .seconds(7), life: .seconds(3720)),
            SlotRecord(.failed(LeasePayload(.notFound))),
        ] {
            #expect(read(record.text) == record)
            if case .succeeded = record.state { #expect(try imported(read(record.text)) == observation) }
        }
    }

    /// As every version of this program writes and reads it.
    @Test func metadataStandsBesideTheVersion() throws {
        let text =
            #"{"v":1,"state":"observed","id":"0000000000000001","time_ms":1,"latency_us":1,"model":"m","digest":"d","metadata":"s","shows":13}"#
        let record = try #require(read(text))
        let observation = try imported(record)
        #expect(observation.metadata == "s" && observation.version.digest == "d" && observation[.metadata] == "s")
        #expect(record.text == text)
    }

    /// Word for word what version 0.1.0 writes, and nothing else of what stands beside it.
    @Test(arguments: [
        #"{"v":1,"state":"lease","id":"00000000000000ab","attempt":2}"#,
        #"{"v":1,"state":"observed","id":"00000000000000ab","time_ms":1790000000123,"latency_us":1234,"model":"m","#
            + #""fingerprint":"fp_1","retirement_ms":1800000000000,"input_tokens":8,"output_tokens":1}"#,
        #"{"v":1,"state":"held","attempt":1,"class":"rate_limited","hold_ms":7000,"life_ms":3720000}"#,
        #"{"v":1,"state":"failed","class":"not_found"}"#,
    ]) func readsAndWritesWhatFleetsShare(text: String) {
        #expect(read(text)?.text == text)
        #expect(read(#"\#(text.dropLast()),"later":[1]}"#)?.text == text)
    }

    @Test func whatNoClockShowsIsStillRead() throws {
        var observation = try Example.observation(
            1, of: slot.target, at: Timestamp(milliseconds: -5), model: "m", fingerprint: nil)
        observation.slot = slot.number
        observation.latency = .seconds(-1)
        let record = SlotRecord(.succeeded(id: 1, LeasePayload(observation)))
        #expect(try imported(read(record.text)).time == Timestamp(milliseconds: 0))
    }

    @Test(arguments: [
        "", "1", "null", "[]", "{}", #"{"v":2,"state":"failed","class":"auth"}"#, #"{"v":1,"state":"failed"}"#,
        #"{"v":1,"state":"failed","class":"nonsense"}"#, #"{"v":1,"state":"lease","id":"xyz","attempt":1}"#,
        #"{"v":1,"state":"lease","id":"0000000000000001","attempt":99}"#,
        #"{"v":1,"state":"held","attempt":1,"class":"timeout","hold_ms":5,"life_ms":4}"#,
        #"{"v":1,"state":"held","attempt":1,"class":"timeout","hold_ms":-5,"life_ms":4}"#,
        #"{"v":1,"state":"observed","id":"0000000000000001","time_ms":1,"latency_us":1}"#,
        #"{"v":1,"state":"observed","id":"0000000000000001","time_ms":-1,"latency_us":1,"model":"m"}"#,
        #"{"v":1,"state":"observed","id":"0000000000000001","time_ms":99999999999999999,"latency_us":1,"model":"m"}"#,
    ])
    func refusesWhatItWouldNotHaveWritten(text: String) {
        #expect(read(text) == nil)
    }

    @Test func theHoldsAgeIsWhatTheKeyHasLost() {
        let record = SlotRecord(.held(attempt: 1, LeasePayload(.timeout)), hold: .seconds(15), life: .seconds(100))
        #expect(record.remainingHold(remainingLife: .seconds(100)) == .seconds(15))
        #expect(record.remainingHold(remainingLife: .seconds(95)) == .seconds(10))
        #expect(record.remainingHold(remainingLife: .seconds(80)) == .zero)
        #expect(record.remainingHold(remainingLife: .seconds(200)) == .seconds(15))
    }
}
