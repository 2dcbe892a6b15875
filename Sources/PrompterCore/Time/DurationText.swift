/// The one grammar of durations in configuration: whole numbers with a unit, the larger units first, none twice.
///
/// `500ms`, `30s`, `15m`, `1h`, `1d`, `1h30m`.
public enum DurationText {
    private static let units: [(name: String, milliseconds: Int64)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]

    /// A thousand years, in milliseconds.
    private static let longest: Int64 = 1000 * 366 * 86_400_000

    /// What to say where a text is no duration.
    public static let expectation = "a duration such as \"30s\", \"15m\", \"1h\", \"1h30m\" or \"1d\""

    /// The duration that `text` writes; `nil` where it writes none, or one over a thousand years.
    public static func parse(_ text: String) -> Duration? {
        var total: Int64 = 0
        var rest = Substring(text)
        var remaining = units[...]
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { ("0"..."9").contains($0) }
            rest = rest.dropFirst(digits.count)
            let name = rest.prefix { $0.isASCII && $0.isLetter }
            rest = rest.dropFirst(name.count)
            guard let amount = Int64(digits), let unit = remaining.firstIndex(where: { $0.name == name }) else {
                return nil
            }
            let (product, overflow) = amount.multipliedReportingOverflow(by: units[unit].milliseconds)
            guard !overflow, product <= longest - total else { return nil }
            total += product
            remaining = units[(unit + 1)...]
        }
        return .milliseconds(total)
    }

    /// The shortest text of the grammar for `duration`, to the millisecond; `0s` for none.
    public static func format(_ duration: Duration) -> String {
        var rest = max(0, duration.milliseconds)
        var text = ""
        for unit in units where rest >= unit.milliseconds {
            text += "\(rest / unit.milliseconds)\(unit.name)"
            rest %= unit.milliseconds
        }
        return text.isEmpty ? "0s" : text
    }

    /// The two largest units of `duration`, for people: `3m`, `1h20m`, `2d4h`; under a second in milliseconds.
    public static func brief(_ duration: Duration) -> String {
        let whole = max(0, duration.milliseconds)
        if whole < 1000 { return whole == 0 ? "0s" : "\(whole)ms" }
        guard let largest = units.firstIndex(where: { whole >= $0.milliseconds }) else { return "0s" }
        let smallest = units[min(largest + 1, 3)].milliseconds
        return format(.milliseconds(whole / smallest * smallest))
    }
}

extension Duration {
    /// Whole milliseconds, rounded down.
    public var milliseconds: Int64 {
        let parts = components
        return parts.seconds * 1000 + parts.attoseconds / 1_000_000_000_000_000
    }

    /// Whole nanoseconds, rounded down.
    public var nanoseconds: Int64 {
        let parts = components
        return parts.seconds * 1_000_000_000 + parts.attoseconds / 1_000_000_000
    }

    /// Seconds, the unit of every `…_seconds` metric.
    public var seconds: Double {
        let parts = components
        return Double(parts.seconds) + Double(parts.attoseconds) / 1e18
    }
}
