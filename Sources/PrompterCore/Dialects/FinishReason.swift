/// Why a choice ended, as far as it tells an answer from a failure. What servers call an end is no closed list, so that a reason
/// which nobody knows is one.
struct FinishReason {
    private static let failures: Set<String> = [
        "error", "errors", "failed", "failure", "fail", "abort", "aborted", "cancel", "cancelled", "canceled",
        "insufficient",
    ]

    private let words: [String]

    init?(_ choice: JSONNode) {
        guard let reason = choice["finish_reason"]?.string, !reason.isEmpty else { return nil }
        var words = [""]
        for (before, letter) in zip(" " + reason, reason) {
            if !letter.isLetter || before.isLowercase && letter.isUppercase { words.append("") }
            if letter.isLetter { words[words.count - 1] += letter.lowercased() }
        }
        self.words = words
    }

    /// Whether it says that the call failed, whatever was written before.
    var isFailure: Bool { words.contains(where: Self.failures.contains) }
}
