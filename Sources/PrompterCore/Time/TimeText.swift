/// Times as people and other programs write them, read by one grammar: a date, then perhaps a time of day behind a `T` or a
/// space, then perhaps a zone. `2026-11-17`, `2026-11-17T14:00Z`, `2026-11-17 14:00:03.123456`, `2026-11-17T15:00:00+01:00`.
///
/// By hand, since Foundation reads none without its seconds and none with more than three digits behind them. A time without
/// a zone is UTC.
public enum TimeText {
    /// What to say where a text is no time.
    public static let expectation = "a time such as \"2026-11-17\", \"2026-11-17T14:00Z\" or, for a time ago, \"7d\""

    /// The time that `text` writes; `nil` where it writes none. What is finer than a millisecond is dropped.
    public static func parse(_ text: String) -> Timestamp? {
        var rest = Array(text.utf8)[...]
        guard let year = number(&rest, digits: 4), take(&rest, "-"), let month = number(&rest, digits: 2),
            take(&rest, "-"), let day = number(&rest, digits: 2), let days = days(year: year, month: month, day: day)
        else { return nil }
        var time: Int64 = 0
        if take(&rest, "T") || take(&rest, "t") || take(&rest, " ") {
            guard let hour = number(&rest, digits: 2), take(&rest, ":"), let minute = number(&rest, digits: 2),
                hour < 24, minute < 60
            else { return nil }
            time = (hour * 60 + minute) * 60_000
            if take(&rest, ":") {
                guard let second = number(&rest, digits: 2), second < 60 else { return nil }
                time += second * 1000
                if take(&rest, ".") || take(&rest, ",") {
                    guard let milliseconds = fraction(&rest) else { return nil }
                    time += milliseconds
                }
            }
            guard let offset = offset(&rest) else { return nil }
            time -= offset
        }
        let found = Timestamp(milliseconds: days * 86_400_000 + time)
        return rest.isEmpty && range.contains(found.milliseconds) ? found : nil
    }

    /// The milliseconds of the years from 0 to 9999 in UTC, which are those with four digits: no other time is read.
    public static let range: Range<Int64> = -62_167_219_200_000..<253_402_300_800_000

    /// The time that `text` writes, or the time as long before `now` as the duration that it writes.
    public static func parse(_ text: String, before now: Timestamp) -> Timestamp? {
        parse(text) ?? DurationText.parse(text).map { now - $0 }
    }

    /// ISO 8601 in UTC, to the millisecond. Of a time beyond ``range``, which only bytes that are no record of ours can name,
    /// the nearest in it is written.
    static func format(_ time: Timestamp) -> String {
        let milliseconds = min(max(time.milliseconds, range.lowerBound), range.upperBound - 1)
        var (days, rest) = milliseconds.quotientAndRemainder(dividingBy: 86_400_000)
        if rest < 0 { (days, rest) = (days - 1, rest + 86_400_000) }
        // https://howardhinnant.github.io/date_algorithms.html#civil_from_days
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let ofEra = shifted - era * 146_097
        let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * ofYear + 2) / 153
        let day = ofYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return String(unsafeUninitializedCapacity: 24) { bytes in
            func put(_ number: Int64, digits: Int, at start: Int, before separator: UInt8) {
                var number = number
                for index in (start..<start + digits).reversed() {
                    bytes[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10)
                    number /= 10
                }
                bytes[start + digits] = separator
            }
            put(year, digits: 4, at: 0, before: UInt8(ascii: "-"))
            put(month, digits: 2, at: 5, before: UInt8(ascii: "-"))
            put(day, digits: 2, at: 8, before: UInt8(ascii: "T"))
            put(rest / 3_600_000, digits: 2, at: 11, before: UInt8(ascii: ":"))
            put(rest / 60_000 % 60, digits: 2, at: 14, before: UInt8(ascii: ":"))
            put(rest / 1000 % 60, digits: 2, at: 17, before: UInt8(ascii: "."))
            put(rest % 1000, digits: 3, at: 20, before: UInt8(ascii: "Z"))
            return 24
        }
    }

    /// Days since 1970-01-01 in the Gregorian calendar; `nil` for a day that is none
    /// (https://howardhinnant.github.io/date_algorithms.html#days_from_civil).
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64? {
        guard (1...12).contains(month), day >= 1 else { return nil }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths: [Int64] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard day <= lengths[Int(month - 1)] else { return nil }
        // Years that begin in March, so that the leap day is their last.
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let ofEra = shifted - era * 400
        let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
    }

    private static func take(_ rest: inout ArraySlice<UInt8>, _ character: Unicode.Scalar) -> Bool {
        guard let first = rest.first, first == UInt8(ascii: character) else { return false }
        rest = rest.dropFirst()
        return true
    }

    private static func digit(_ byte: UInt8) -> Int64? {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) ? Int64(byte - UInt8(ascii: "0")) : nil
    }

    private static func number(_ rest: inout ArraySlice<UInt8>, digits: Int) -> Int64? {
        guard rest.count >= digits else { return nil }
        var number: Int64 = 0
        for byte in rest.prefix(digits) {
            guard let digit = digit(byte) else { return nil }
            number = number * 10 + digit
        }
        rest = rest.dropFirst(digits)
        return number
    }

    /// In milliseconds, of any number of digits.
    private static func fraction(_ rest: inout ArraySlice<UInt8>) -> Int64? {
        var milliseconds: Int64 = 0
        var count = 0
        while let byte = rest.first, let digit = digit(byte) {
            if count < 3 { milliseconds = milliseconds * 10 + digit }
            count += 1
            rest = rest.dropFirst()
        }
        guard count > 0 else { return nil }
        for _ in min(count, 3)..<3 { milliseconds *= 10 }
        return milliseconds
    }

    /// How far the zone is east of UTC, in milliseconds; 0 where none is named.
    private static func offset(_ rest: inout ArraySlice<UInt8>) -> Int64? {
        if rest.isEmpty || take(&rest, "Z") || take(&rest, "z") { return 0 }
        let isEast = take(&rest, "+")
        guard isEast || take(&rest, "-"), let hours = number(&rest, digits: 2), hours < 24 else { return nil }
        var minutes: Int64 = 0
        if !rest.isEmpty {
            _ = take(&rest, ":")
            guard let given = number(&rest, digits: 2), given < 60 else { return nil }
            minutes = given
        }
        return (isEast ? 1 : -1) * (hours * 60 + minutes) * 60_000
    }
}
