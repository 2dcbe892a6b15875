import PrompterCore

/// Nothing harmful is left of any text, what is harmless stays, and it is bounded.
enum TextTrial {
    static func run(_ input: [UInt8]) {
        let raw = String(decoding: input, as: UTF8.self)
        let limit = Int(input.first ?? 0)
        let safe = SafeText(raw, limit: limit).description
        precondition(Harmless.holds(safe), "something harmful is left")
        // The longest that a character becomes is `\u{10ffff}`.
        precondition(safe.unicodeScalars.count <= 10 * limit + 1, "longer than its limit")
        let whole = SafeText(raw, limit: .max).description
        precondition(SafeText(whole, limit: .max).description == whole, "what is safe is changed")
        if Harmless.holds(raw), !raw.unicodeScalars.contains("\u{FEFF}") {
            precondition(whole.utf8.elementsEqual(raw.utf8), "what is harmless is changed")
        }
        if raw.unicodeScalars.count <= limit { precondition(safe == whole, "cut under its limit") }
    }
}
