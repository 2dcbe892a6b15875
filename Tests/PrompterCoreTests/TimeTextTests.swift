import ConformanceSuites
import Foundation
import PrompterCore
import Testing

struct TimeTextTests {
    @Test(arguments: [
        ("1970-01-01", 0), ("2026-11-17", 1_794_873_600_000), ("2026-11-17T14:00Z", 1_794_924_000_000),
        ("2026-11-17T14:00", 1_794_924_000_000), ("2026-11-17 14:00:03", 1_794_924_003_000),
        ("2026-11-17 14:00:03.123456", 1_794_924_003_123), ("2026-11-17T14:00:03.5Z", 1_794_924_003_500),
        ("2026-11-17t14:00:03,05z", 1_794_924_003_050), ("2026-11-17T15:30:00+01:30", 1_794_924_000_000),
        ("2026-11-17 06:00:00.000001-0800", 1_794_924_000_000), ("2026-11-17T16:00+02", 1_794_924_000_000),
        ("2024-02-29", 1_709_164_800_000), ("1969-12-31T23:59:59.999Z", -1), ("0000-03-01", -62_162_035_200_000),
    ])
    func isRead(text: String, milliseconds: Int64) {
        #expect(TimeText.parse(text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "", "2026", "2026-11", "2026-13-01", "2026-02-29", "1900-02-29", "2026-00-10", "2026-01-00", "2026-1-1",
        "2026-11-17T", "2026-11-17T14", "2026-11-17T24:00", "2026-11-17T14:60", "2026-11-17T14:00:60",
        "2026-11-17T14:00:00.", "2026-11-17T14:00+1", "2026-11-17T14:00+24:00", "9999-12-31T23:00-02:00",
        "0000-01-01T00:00+00:01", "2026-11-17T14:00 Z", "2026-11-17Z",
        "2026-11-17T14:00Zx", "٢٠٢٦-11-17", "+2026-11-17",
    ])
    func isNone(text: String) {
        #expect(TimeText.parse(text) == nil)
    }

    @Test func isReadAsItIsWritten() {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<5000 {
            let time = Timestamp(milliseconds: Int64.random(in: TimeText.range, using: &random))
            #expect(TimeText.parse(time.iso8601Milliseconds) == time)
            #expect(
                TimeText.parse(time.iso8601)?.milliseconds == time.milliseconds - (time.milliseconds % 1000 + 1000)
                    % 1000)
        }
    }

    @Test func isWrittenAsFoundationDoes() {
        var random = SeededGenerator(seed: 8)
        // Foundation counts in the Julian calendar before 1582-10-15.
        for _ in 0..<5000 {
            let seconds = Int64.random(in: -12_219_000_000...250_000_000_000, using: &random)
            let text = Date(timeIntervalSince1970: Double(seconds)).formatted(Date.ISO8601FormatStyle())
            #expect(Timestamp(milliseconds: seconds * 1000).iso8601 == text)
            #expect(Timestamp(milliseconds: seconds * 1000 + 7).iso8601Milliseconds == "\(text.dropLast()).007Z")
        }
    }

    @Test(arguments: [
        (Int64.max, "9999-12-31T23:59:59.999Z"), (253_402_300_800_000, "9999-12-31T23:59:59.999Z"),
        (-62_167_219_200_001, "0000-01-01T00:00:00.000Z"), (Int64.min, "0000-01-01T00:00:00.000Z"),
    ])
    func isWrittenAsTheNearestWhereItIsFarOff(milliseconds: Int64, text: String) {
        #expect(Timestamp(milliseconds: milliseconds).iso8601Milliseconds == text)
    }

    @Test func mayBeATimeAgo() {
        let now = Timestamp(milliseconds: 1_764_000_000_000)
        #expect(TimeText.parse("7d", before: now) == now - .seconds(7 * 86_400))
        #expect(TimeText.parse("1h30m", before: now) == now - .seconds(5400))
        #expect(TimeText.parse("1970-01-01", before: now)?.milliseconds == 0)
        #expect(TimeText.parse("yesterday", before: now) == nil)
    }
}
