import PrompterCore
import Testing

struct DurationTextTests {
    @Test(
        arguments: [
            ("500ms", 500), ("1s", 1000), ("30s", 30_000), ("15m", 900_000), ("1h", 3_600_000), ("1d", 86_400_000),
            ("1h30m", 5_400_000), ("1d2h3m4s5ms", 93_784_005), ("0s", 0), ("90m", 5_400_000),
        ] as [(String, Int64)])
    func reads(text: String, milliseconds: Int64) {
        #expect(DurationText.parse(text) == .milliseconds(milliseconds))
    }

    @Test(arguments: [
        "", "1", "s", "1 h", "1.5h", "-1h", "1h1h", "1m1h", "1hour", "１h", "9999999999999999999s", "99999999999d", "1H",
        "h1", "366000d1ms", "1d8783999h3600s1ms",
    ])
    func refuses(text: String) {
        #expect(DurationText.parse(text) == nil)
    }

    @Test(arguments: [0, 1, 999, 1000, 61_000, 3_600_000, 5_400_000, 93_784_005] as [Int64])
    func writesWhatItReads(milliseconds: Int64) {
        let duration = Duration.milliseconds(milliseconds)
        #expect(DurationText.parse(DurationText.format(duration)) == duration)
    }

    @Test func isBrief() {
        #expect(DurationText.brief(.milliseconds(12)) == "12ms")
        #expect(DurationText.brief(.milliseconds(1999)) == "1s")
        #expect(DurationText.brief(.seconds(185)) == "3m5s")
        #expect(DurationText.brief(.seconds(4810)) == "1h20m")
        #expect(DurationText.brief(.seconds(2 * 86_400 + 4 * 3600 + 59)) == "2d4h")
    }
}
