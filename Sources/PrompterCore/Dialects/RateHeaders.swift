/// What the headers about rates say of one that is used up.
enum RateHeaders {
    /// OpenAI, Azure and Groq: `x-ratelimit-remaining-requests`, and `x-ratelimit-reset-requests` as a span.
    private static let spans = ["requests", "tokens"].map { ("x-ratelimit-remaining-\($0)", "x-ratelimit-reset-\($0)") }
    /// Anthropic: `anthropic-ratelimit-requests-remaining`, and `anthropic-ratelimit-requests-reset` as a date (RFC 3339).
    private static let dates = ["requests", "tokens", "input-tokens", "output-tokens"].map {
        ("anthropic-ratelimit-\($0)-remaining", "anthropic-ratelimit-\($0)-reset")
    }

    /// Seconds until the last of the rates that are used up is there again; `nil` where none is.
    ///
    /// - Parameter now: when the response was written, by its own clock.
    static func wait(_ response: HTTPResponse, _ now: Timestamp?) -> Double? {
        func isUsedUp(_ name: String) -> Bool { response.header(name).flatMap(Double.init) == 0 }
        let spans = Self.spans.compactMap { remaining, reset in
            isUsedUp(remaining) ? response.header(reset).flatMap(SpanText.seconds) : nil
        }
        let dates = Self.dates.compactMap { remaining, reset -> Double? in
            guard isUsedUp(remaining), let now, let text = response.header(reset) else { return nil }
            return Timestamp(iso8601: text).map { max(0, $0.seconds - now.seconds) }
        }
        return (spans + dates).max()
    }
}
