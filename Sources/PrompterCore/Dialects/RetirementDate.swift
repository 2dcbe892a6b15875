/// When a provider will shut a model down, as providers write it.
enum RetirementDate {
    /// A date (`2026-10-01`, its first moment in UTC), a date with a time, or seconds since 1970; `nil` for anything else.
    static func read(_ node: JSONNode?) -> Timestamp? {
        if let seconds = node?.integer { return (1...253_402_300_799).contains(seconds) ? at(seconds) : nil }
        guard let text = node?.string, text.utf8.count <= 64 else { return nil }
        return Timestamp(iso8601: text.utf8.count == 10 ? "\(text)T00:00:00Z" : text)
    }

    private static func at(_ seconds: Int) -> Timestamp {
        Timestamp(milliseconds: Int64(seconds) * 1000)
    }
}
