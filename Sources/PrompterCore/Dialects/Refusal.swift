/// An error of a provider, read by whatever of its words are there: `code`, `type`, `status` and `details[].reason` of the
/// body's `error`, or of the body itself, since gateways and imitators mix their makers' shapes.
struct Refusal {
    let status: Int
    /// Every word that the provider gives to its error, in lower case.
    let codes: Set<String>
    /// Which member of the request it is about, where it says so.
    let parameter: String?
    /// What it says for people, free of credentials; empty where it says nothing.
    let message: String
    let retryAfter: Duration?

    /// - Parameter root: the body; `nil` where it is no JSON.
    init(_ response: HTTPResponse, _ root: JSONNode?, _ redaction: Redaction) {
        status = response.status
        // Some answer an array of one.
        let body = root?.elements?.first ?? root
        let error = body?["error"]
        let places = [error, body].compactMap(\.self)
        let details = (error?["details"]?.elements ?? []).compactMap { $0["reason"]?.string }
        let inner = [error?["innererror"]?["code"], error?["inner_error"]?["code"]].compactMap { $0?.string }
        let words = places.flatMap { place in ["code", "type", "status"].compactMap { place[$0]?.string } }
        codes = Set((words + details + inner).map { $0.lowercased() })
        parameter = places.lazy.compactMap { $0["param"]?.string }.first
        let texts = places.lazy.compactMap { $0["message"]?.string ?? $0["detail"]?.string }
        message = redaction.clean(texts.first ?? error?.string ?? "")
        retryAfter = RetryAfter.read(response, error)
    }

    var failure: ProbeFailure {
        let failureClass = RefusalClass.of(self)
        return ProbeFailure(
            failureClass, "status \(status)\(message.isEmpty ? "" : ": \(message)")", retryAfter: retryAfter,
            scope: failureClass == .auth && status == 403 && !RefusalClass.isInvalidKey(self) ? .target : nil)
    }
}
