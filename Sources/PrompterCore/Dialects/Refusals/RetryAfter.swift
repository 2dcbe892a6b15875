/// How long a provider asks to be left alone. Only errors are asked: Anthropic sends `retry-after` with successes too.
enum RetryAfter {
    /// The first that is there of `retry-after-ms` (Azure, OpenAI), `Retry-After` (RFC 9110, section 10.2.3), Google's
    /// `RetryInfo` in the body, and what the headers about rates say of a rate that is used up; at most
    /// ``ProbeFailure/longestRetryAfter``.
    ///
    /// - Parameters:
    ///   - status: the error's own, which may be another than that of `response`.
    ///   - error: the body's `error`.
    static func read(_ response: HTTPResponse, status: Int, _ error: JSONNode?) -> Duration? {
        let now = response.header("date").flatMap { HTTPDate($0)?.time }
        var seconds = response.header("retry-after-ms").flatMap { Double($0) }.map { $0 / 1000 }
        seconds = seconds ?? response.header("retry-after").flatMap { Self.seconds($0, now) }
        seconds = seconds ?? retryInfo(error)
        if status == 429 { seconds = seconds ?? RateHeaders.wait(response, now) }
        guard let seconds, seconds >= 0 else { return nil }
        return min(.seconds(min(seconds, 1e9)), ProbeFailure.longestRetryAfter)
    }

    /// Seconds, or a date, which counts from the response's own: this machine's clock may be another.
    private static func seconds(_ text: String, _ now: Timestamp?) -> Double? {
        if let seconds = Double(text) { return seconds }
        guard let now, let then = HTTPDate(text)?.time else { return nil }
        return max(0, then.seconds - now.seconds)
    }

    /// `{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"59s"}` among the details (google/rpc/error_details.proto).
    private static func retryInfo(_ error: JSONNode?) -> Double? {
        let delays = (error?["details"]?.elements ?? []).compactMap { $0["retryDelay"]?.string }
        return delays.lazy.compactMap(GoDuration.seconds).first
    }
}

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
            isUsedUp(remaining) ? response.header(reset).flatMap(GoDuration.seconds) : nil
        }
        let dates = Self.dates.compactMap { remaining, reset -> Double? in
            guard isUsedUp(remaining), let now, let text = response.header(reset) else { return nil }
            return Timestamp(iso8601: text).map { max(0, $0.seconds - now.seconds) }
        }
        return (spans + dates).max()
    }
}

/// A span of time as Go and Protocol Buffers write it: `59s`, `0.5s`, `6m0s`, `2m59.56s`, `12ms`.
enum GoDuration {
    private static let units: [String: Double] = [
        "h": 3600, "m": 60, "s": 1, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9,
    ]

    /// - Returns: seconds; `nil` where `text` is no span.
    static func seconds(_ text: String) -> Double? {
        var rest = text[...]
        var sum = 0.0
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(unit.count)
            guard let number = Double(digits), let factor = units[String(unit)] else { return nil }
            sum += number * factor
        }
        return sum
    }
}
