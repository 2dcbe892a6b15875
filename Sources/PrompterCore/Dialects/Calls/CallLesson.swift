/// What a refusal teaches of how a target is to be called, whatever its dialect: it names something that the probe set itself.
/// What the watch set is never changed.
enum CallLesson {
    /// A cap that costs more is not learned.
    private static let mostTokens = 256
    private static let minima =
        [
            "at least", "greater than or equal to", ">=", "≥", "minimum of", "minimum value of", "minimum is",
            "minimum value is", "minimum", "no less than", "not be less than",
        ] + above
    private static let above = ["larger than", "greater than", "more than", ">"]

    /// How a parameter is refused, and not a call that failed.
    private static let objections = [
        "not support", "n't support", "unsupported", "unrecognized", "unknown parameter", "unknown field",
        "not allowed",
        "not permitted", "unexpected keyword", "extra inputs", "instead", "at least", "greater than", "must be",
        "required",
    ]

    /// - Parameters:
    ///   - cap: what the call of `form` set to bound its output; `nil` for what the watch set.
    ///   - tokens: to how many.
    /// - Returns: `nil` where the refusal teaches nothing.
    static func of(
        _ refusal: Refusal, to form: CallForm, learned: CallVariant, cap: OutputCap?, tokens: Int, mayAskResponses: Bool
    ) -> CallVariant? {
        guard !form.isFree else { return nil }
        if form == .chat, mayAskResponses, isOfChat(refusal) || isOfTooSmallCap(refusal) {
            return CallVariant(form: .responses, stream: learned.stream)
        }
        guard isOfRequest(refusal), !isOfTooSmallCap(refusal) else { return nil }
        var lesson = learned
        if let cap, names(OutputCap.allNames, refusal) {
            if let least = least(refusal), least > tokens, least <= mostTokens {
                lesson.tokens = least
                return lesson
            }
            guard form == .chat, names([cap.rawValue], refusal) || isMissing(cap.other, refusal) else { return nil }
            lesson.cap = cap.other
            return lesson
        }
        if names(["stream", "streaming"], refusal), learned.stream == nil {
            lesson.stream = wantsStream(refusal) ? .asked : .leftOut
            return lesson
        }
        guard form == .responses, names(["store"], refusal), !learned.leavesOutStore else { return nil }
        lesson.leavesOutStore = true
        return lesson
    }

    /// Whether a model is refused by the chat completions because it is served by another API alone: OpenAI (404), Azure (400,
    /// `OperationNotSupported`), GitHub (400).
    static func isOfChat(_ refusal: Refusal) -> Bool {
        guard [400, 404, 422].contains(refusal.status) || refusal.isInside else { return false }
        let text = refusal.words.texts.joined(separator: "\n").lowercased()
        if refusal.words.codes.contains("operationnotsupported") { return true }
        if text.contains("not a chat model") || text.contains("responses api") { return true }
        guard text.contains("model") else { return false }
        func says(_ words: [String]) -> Bool { words.contains(where: text.contains) }
        return text.contains("/responses") && says(["support", "only", "use "])
            || text.contains("/chat/completions")
                && says(["not support", "n't support", "unsupported", "not accessible", "not available"])
    }

    /// Whether a reasoning model had no tokens left to answer with. There is no code for it, only these words.
    private static func isOfTooSmallCap(_ refusal: Refusal) -> Bool {
        isOfRequest(refusal)
            && refusal.words.texts.contains {
                $0.contains("Could not finish the message because max_tokens or model output limit was reached")
            }
    }

    private static func isOfRequest(_ refusal: Refusal) -> Bool {
        if refusal.status == 400 || refusal.status == 422 || refusal.isInside && (200...299).contains(refusal.status) {
            return true
        }
        // A gateway gives its own status to what the provider refuses. What merely failed may speak of a stream, too.
        guard [404, 405, 500, 501, 502].contains(refusal.status) else { return false }
        return refusal.words.texts.contains { text in
            let text = text.lowercased()
            return objections.contains(where: text.contains)
        }
    }

    /// Whether one of `parameters` is what it is about, as it says in a member of its own or in its text.
    private static func names(_ parameters: [String], _ refusal: Refusal) -> Bool {
        let names = parameters.map(ErrorWords.plain)
        func isOne(_ word: String) -> Bool {
            let word = ErrorWords.plain(word)
            return names.contains { word == $0 || word.hasSuffix(".\($0)") || word.hasSuffix("/\($0)") }
        }
        return refusal.words.parameters.contains(where: isOne)
            || refusal.words.texts.flatMap(Sentence.all).contains { $0.words.contains(where: isOne) }
    }

    private static func isMissing(_ cap: OutputCap, _ refusal: Refusal) -> Bool {
        names([cap.rawValue], refusal)
            && refusal.words.texts.contains { ["required", "missing"].contains(where: $0.lowercased().contains) }
    }

    private static func wantsStream(_ refusal: Refusal) -> Bool {
        refusal.words.texts.contains { text in
            ["only support", "true", "enable", "required", "must be streamed"].contains(
                where: text.lowercased().contains)
        }
    }

    /// The least that it asks for; `nil` where it names no number.
    private static func least(_ refusal: Refusal) -> Int? {
        for text in refusal.words.texts.map({ $0.lowercased() }) {
            for phrase in minima {
                guard let end = text.firstRange(of: phrase)?.upperBound else { continue }
                let digits = text[end...].drop { !$0.isNumber }.prefix { $0.isASCII && $0.isNumber }
                let isNear = text.distance(from: end, to: digits.startIndex) < 24
                guard isNear, let number = Int(digits) else { continue }
                return above.contains(phrase) ? number &+ 1 : number
            }
        }
        return nil
    }
}
