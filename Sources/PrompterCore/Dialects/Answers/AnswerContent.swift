/// What a model wrote, wherever an answer carries it: it tells a served call from an error beside an echoed model.
struct AnswerContent {
    /// Whether anything was written.
    let isWritten: Bool
    /// Whether tokens of output were counted: a reasoning model may spend them all before it writes.
    let isCounted: Bool
    /// Whether a choice says how it ended, and that it did not fail.
    let isEnded: Bool

    /// Members of a choice, or of its message, that hold what was written.
    private static let written = [
        "content", "text", "reasoning", "reasoning_content", "thinking", "tool_calls", "function_call", "refusal",
        "audio", "images",
    ]

    /// Members that hold an answer as soon as they have an element; a choice may be empty.
    private static let holders = ["content", "candidates", "output", "models", "data"]

    /// - Parameter objects: those of one answer, of which a stream has several.
    init(of objects: [JSONNode]) {
        isWritten = objects.contains(where: Self.isWritten)
        isCounted = objects.contains { object in object["usage"].map(Self.isCounted) ?? false }
        isEnded = objects.flatMap { $0["choices"]?.elements ?? [] }.compactMap(FinishReason.init).contains {
            !$0.isFailure
        }
    }

    /// Whether `object` has elements where any dialect puts an answer.
    static func hasElements(_ object: JSONNode) -> Bool {
        hasElements(object, in: holders + ["choices"])
    }

    private static func hasElements(_ object: JSONNode, in members: [String]) -> Bool {
        members.contains { object[$0]?.elements?.isEmpty == false }
    }

    private static func isCounted(_ usage: JSONNode) -> Bool {
        func count(_ name: String) -> Int { usage[name]?.integer ?? 0 }
        return count("completion_tokens") > 0 || count("output_tokens") > 0
            || count("total_tokens") > max(count("prompt_tokens"), count("input_tokens"))
    }

    private static func isWritten(_ object: JSONNode) -> Bool {
        if let choices = object["choices"]?.elements, choices.contains(where: isWrittenChoice) { return true }
        return hasElements(object, in: holders) || object["content"]?.string?.isEmpty == false
    }

    private static func isWrittenChoice(_ choice: JSONNode) -> Bool {
        [choice, choice["message"], choice["delta"]].compactMap(\.self).contains { place in
            written.contains { isFilled(place[$0]) }
        }
    }

    private static func isFilled(_ node: JSONNode?) -> Bool {
        switch node?.value {
        case .string(let text): !text.isEmpty
        case .array(let elements): !elements.isEmpty
        case .object(let members): !members.isEmpty
        default: false
        }
    }
}

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
