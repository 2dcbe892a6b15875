/// How much a signal is worth as evidence. The raw value is the metrics' label.
public enum Confidence: String, Hashable, Sendable, CaseIterable, Comparable {
    /// The provider does not send it, or no longer.
    case absent
    /// Its values come and do not come back: their change says nothing.
    case noisy
    /// It only repeats the name that was asked for, which may stand for one model today and another tomorrow.
    case echo
    /// It names what answered: a snapshot, a digest, a fingerprint that holds.
    case proven

    /// The better evidence is the greater.
    public static func < (left: Confidence, right: Confidence) -> Bool {
        rank(left) < rank(right)
    }

    private static func rank(_ confidence: Confidence) -> Int { allCases.firstIndex(of: confidence) ?? 0 }

    /// Whether `name` names one snapshot of a model and not an alias: it ends with a date (`…-2024-08-06`, `…-20250929`), a
    /// month (`…-2411`) or a number of its own (`…-0613`, `…-001`), as the providers write them. Words may follow the date
    /// (`gemini-2.5-pro-preview-03-25`).
    static func isSnapshot(_ name: String) -> Bool {
        let parts = name.split(whereSeparator: { "-@:_/".contains($0) }).map { Array($0.utf8) }
        func isNumber(_ part: [UInt8], digits: ClosedRange<Int>) -> Bool {
            digits.contains(part.count) && part.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        }
        guard parts.count > 1, let last = parts.last else { return false }
        if parts.dropFirst().contains(where: { isNumber($0, digits: 8...8) }) { return true }
        if isNumber(last, digits: 3...4) { return true }
        return parts.count > 2 && isNumber(last, digits: 2...2) && isNumber(parts[parts.count - 2], digits: 2...2)
    }
}
