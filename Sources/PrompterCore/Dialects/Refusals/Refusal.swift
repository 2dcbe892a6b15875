/// An error of a provider, with its status or inside a success, read by whatever of its words are there.
struct Refusal {
    /// The response's status, or the one that an error inside a success gives instead; that success's own where it gives none.
    let status: Int
    /// Whether the response itself was a success.
    let isInside: Bool
    let words: ErrorWords
    /// What is shown of it, free of credentials; empty where it says nothing.
    let message: String
    let retryAfter: Duration?
    /// The model that was asked for.
    let model: String
    /// Which of the provider's limits a header says is passed.
    let limitType: String?
    private let location: String?

    /// What the shown text of it holds at most, so that a question may stand behind it.
    private static let longestMessage = 200

    /// The refusal of a status that is no success.
    init(_ response: HTTPResponse, _ body: ResponseBody, of model: String, _ redaction: Redaction) {
        self.init(response, body, told: body.objects + body.streamedErrors, isInside: false, of: model, redaction)
    }

    /// The error that `nodes` of a success tell of.
    init(
        inside response: HTTPResponse, _ body: ResponseBody, told nodes: [JSONNode], of model: String,
        _ redaction: Redaction
    ) {
        self.init(response, body, told: nodes, isInside: true, of: model, redaction)
    }

    private init(
        _ response: HTTPResponse, _ body: ResponseBody, told nodes: [JSONNode], isInside: Bool, of model: String,
        _ redaction: Redaction
    ) {
        var words = ErrorWords(nodes)
        // A page's words are nobody's answer; a plain text may be.
        if words.texts.isEmpty, let text = body.text ?? (body.isPage ? nil : body.fault.map { _ in body.firstLine }) {
            words.add(text)
        }
        self.words = words
        self.isInside = isInside
        self.model = model
        status = Self.status(response.status, words, isInside: isInside)
        var shown = Self.shown(words.texts)
        if shown.isEmpty { shown = isInside ? nodes.map(\.plain.text).joined(separator: " ") : body.firstLine }
        message = Self.bounded(redaction.clean(String(shown.prefix(4096))))
        location = response.header("location").map { Self.bounded(redaction.clean(String($0.prefix(4096)))) }
        limitType = response.header("x-ratelimit-type")
        let error = nodes.lazy.compactMap { $0["error"] }.first
        retryAfter = RetryAfter.read(response, status: status, error)
    }

    var failure: ProbeFailure {
        let failureClass = RefusalClass.of(self)
        var text = isInside ? "an error in a successful response" : "status \(status)"
        if (300...399).contains(status), let location { text += ", a redirect to \(location)" }
        text += message.isEmpty ? (isInside ? " without a message" : "") : ": \(message)"
        if failureClass == .address, !isOfModel { text += " (is the base_url right?)" }
        return ProbeFailure(
            failureClass, text, retryAfter: retryAfter, scope: RefusalScope.of(self, failureClass))
    }

    /// Whether it names the model, as only the provider's own API does.
    private var isOfModel: Bool {
        model.utf8.count > 2 && words.texts.flatMap(Sentence.all).contains { $0.words.contains(model.lowercased()) }
    }

    /// What is said inside counts where the status outside only says that something failed.
    private static func status(_ status: Int, _ words: ErrorWords, isInside: Bool) -> Int {
        if isInside { return words.statuses.first ?? status }
        guard status == 400 || status == 422 || (500...599).contains(status) else { return status }
        return words.statuses.first { [401, 402, 403, 429].contains($0) } ?? status
    }

    /// The first text, and, where it is short, the one that is wrapped in it.
    private static func shown(_ texts: [String]) -> String {
        guard let first = texts.first else { return "" }
        guard first.utf8.count < 80, let second = texts.dropFirst().first(where: { !first.contains($0) }) else {
            return first
        }
        return "\(first): \(second)"
    }

    private static func bounded(_ text: String) -> String {
        text.unicodeScalars.count > longestMessage
            ? String(String.UnicodeScalarView(text.unicodeScalars.prefix(longestMessage))) + "…" : text
    }
}
