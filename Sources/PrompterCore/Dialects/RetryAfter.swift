/// How long a provider asks to be left alone. Only errors are asked: Anthropic sends `retry-after` with successes too.
enum RetryAfter {
    /// The first that is there of `retry-after-ms` (Azure, OpenAI), `Retry-After` (RFC 9110, section 10.2.3), Google's
    /// `RetryInfo` in the body, and what the headers about rates say of a rate that is used up; at most
    /// ``SlotState/longestHold``.
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
        return min(.seconds(min(seconds, 1e9)), SlotState.longestHold)
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
        return delays.lazy.compactMap(SpanText.seconds).first
    }
}
