/// How long a provider asks to be left alone.
enum RetryAfter {
    /// `retry-after-ms`, else `Retry-After` in seconds (RFC 9110, section 10.2.3). Only errors are asked: Anthropic sends it with
    /// successes too.
    static func read(_ response: HTTPResponse) -> Duration? {
        if let text = response.header("retry-after-ms"), let milliseconds = Double(text), milliseconds >= 0 {
            return bounded(milliseconds / 1000)
        }
        if let text = response.header("retry-after"), let seconds = Double(text), seconds >= 0 {
            return bounded(seconds)
        }
        return nil
    }

    private static func bounded(_ seconds: Double) -> Duration {
        min(.seconds(min(seconds, 1e9)), SlotState.longestHold)
    }
}
