/// Why a choice ended, as far as it tells an answer from a failure.
struct FinishReason {
    /// Ways in which an answer ends, with or without a word in it, by their letters.
    private static let answered: Set<String> = [
        "", "null", "none", "stop", "stopped", "length", "maxlength", "modellength", "maxtokens", "maxoutputtokens",
        "maxcompletiontokens", "modelcontextwindowexceeded", "toolcall", "toolcalls", "tooluse", "functioncall",
        "contentfilter", "contentfiltered", "safety", "recitation", "sensitive", "refusal", "blocklist",
        "prohibitedcontent", "spii", "eos", "eostoken", "stopsequence", "stoptoken", "endturn", "pauseturn", "complete",
        "completed", "done", "finished", "finish", "load", "unload",
    ]
    private static let failures = ["error", "fail", "abort", "cancel"]

    private let letters: String

    init?(_ choice: JSONNode) {
        guard let reason = choice["finish_reason"]?.string else { return nil }
        letters = reason.lowercased().filter(\.isLetter)
    }

    /// Whether it says that the call failed, whatever was written before.
    var isFailure: Bool { Self.failures.contains(where: letters.contains) }

    /// Whether it is a way in which an answer ends.
    var isOfAnswer: Bool { Self.answered.contains(letters) }
}
