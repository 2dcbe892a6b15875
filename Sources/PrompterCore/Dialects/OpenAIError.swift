/// An error as OpenAI and its imitators send it: `{"error":{"message","type","param","code"}}`.
struct OpenAIError {
    private let response: HTTPResponse
    private let code: String
    private let message: String

    /// - Parameter node: the body's `error`; `nil` where there is none.
    init(_ response: HTTPResponse, _ node: JSONNode?) {
        self.response = response
        code = node?["code"]?.string ?? ""
        message = node?["message"]?.string ?? node?.string ?? ""
    }

    var failure: ProbeFailure {
        ProbeFailure(
            failureClass, "status \(response.status)\(message.isEmpty ? "" : ": \(message)")",
            retryAfter: RetryAfter.read(response))
    }

    private var failureClass: FailureClass {
        switch response.status {
        case 401: .auth
        case 402: .quota
        case 403: code == "model_not_found" ? .notFound : .auth
        case 404: .notFound
        case 408, 409, 500...599: .serverError
        case 429: ["insufficient_quota", "credit_balance_exhausted"].contains(code) ? .quota : .rateLimited
        case 400 where code == "model_not_found": .notFound
        case 400...499: .invalidRequest
        // No redirect is followed, so that no credential goes where nobody sent it.
        default: .malformed
        }
    }
}
