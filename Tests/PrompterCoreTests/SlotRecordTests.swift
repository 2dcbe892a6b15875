import PrompterCore
import Testing

struct SlotRecordTests {
    private let slot = Slot(target: Example.target().id, interval: .seconds(3600), number: 7)

    @Test func everyStateComesBack() throws {
        var observation = try Example.observation(
            .max, of: slot.target, at: Timestamp(milliseconds: 1_790_000_000_123), model: "gpt \"x\"\n",
            fingerprint: "fp_é")
        observation.slot = slot.number
        observation.metadata = "session \"1\""
        observation.usage = Usage(inputTokens: 8, outputTokens: nil)
        observation.latency = .microseconds(1234)
        for record in [
            SlotRecord(.leased(id: 0xFEDC_BA98_7654_3210, attempt: 2)), SlotRecord(.observed(observation)),
            SlotRecord(.held(attempt: 1, .rateLimited), hold: .seconds(7), life: .seconds(3720)),
            SlotRecord(.failed(.notFound)),
        ] {
            #expect(SlotRecord(Array(record.text.utf8), of: slot) == record)
        }
    }

    /// As every version of this program writes and reads it.
    @Test func metadataStandsBesideTheVersion() throws {
        let text =
            #"{"v":1,"state":"observed","id":"0000000000000001","time_ms":1,"latency_us":1,"model":"m","digest":"d","metadata":"s","shows":13}"#
        let record = try #require(SlotRecord(Array(text.utf8), of: slot))
        guard case .observed(let observation) = record.state else {
            Issue.record("\(record)")
            return
        }
        #expect(observation.metadata == "s" && observation.version.digest == "d" && observation[.metadata] == "s")
        #expect(record.text == text)
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
        #expect(SlotRecord(Array(text.utf8), of: slot) == nil)
    }

    @Test func theHoldsAgeIsWhatTheKeyHasLost() {
        let record = SlotRecord(.held(attempt: 1, .timeout), hold: .seconds(15), life: .seconds(100))
        #expect(record.remainingHold(remainingLife: .seconds(100)) == .seconds(15))
        #expect(record.remainingHold(remainingLife: .seconds(95)) == .seconds(10))
        #expect(record.remainingHold(remainingLife: .seconds(80)) == .zero)
        #expect(record.remainingHold(remainingLife: .seconds(200)) == .seconds(15))
    }
}
