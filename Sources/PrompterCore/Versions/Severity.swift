/// How much an event matters to who is on call. The raw value stands in the watchlist and in webhooks.
public enum Severity: String, Hashable, Sendable, CaseIterable, Comparable {
    /// Good to know.
    case info
    /// Something changed that need not change answers.
    case minor
    /// The model itself changed, is gone, or is not the one that was wanted.
    case major

    public static func < (left: Severity, right: Severity) -> Bool {
        rank(left) < rank(right)
    }

    private static func rank(_ severity: Severity) -> Int { allCases.firstIndex(of: severity) ?? 0 }
}
