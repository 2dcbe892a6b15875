import OutsideParts
import PrompterCore

/// A provider's answer that repeats the key of the call, in some place and some form.
struct LeakingAnswer: Sendable {
    /// It stands in the path, so that each has a provider of its own in the watchlist.
    let name: String
    let answer: @Sendable (_ key: Canary.Quoted) -> FakeAnswer

    /// What ``name`` says, to a request whose path begins with it.
    static func answer(to request: RecordedRequest) -> FakeAnswer {
        let name = request.path.split(separator: "/").first.map(String.init) ?? ""
        guard let found = all.first(where: { $0.name == name }) else { return .json("{}", status: 418) }
        return found.answer(Canary.Quoted(key(of: request)))
    }

    /// The key that the request carries, whatever its dialect.
    static func key(of request: RecordedRequest) -> String {
        for name in ["x-api-key", "api-key", "x-goog-api-key"] {
            if let key = request.header(name) { return key }
        }
        return request.header("Authorization").map { String($0.dropFirst("Bearer ".count)) } ?? ""
    }

    static let all: [LeakingAnswer] = refusals + others + successes

    /// Every class of failure that a status makes, with the key in the words.
    private static let refusals = [400, 401, 403, 404, 408, 429, 500, 503].flatMap { status in
        Canary.Quoted.forms.map { form in
            LeakingAnswer(name: "\(status)-\(form.name)") { .json(error(form.text($0)), status: status) }
        }
    }

    private static let others = [
        LeakingAnswer(name: "code") { key in
            .json(#"{"error":{"code":"\#(key.whole)","type":"\#(key.whole)","status":"\#(key.whole)"}}"#, status: 400)
        },
        LeakingAnswer(name: "parameter") { key in
            .json(
                #"{"error":{"message":"Unsupported parameter: '\#(key.whole)'","code":"unsupported_parameter","#
                    + #""param":"\#(key.whole)"}}"#, status: 400)
        },
        LeakingAnswer(name: "gone") { key in
            .json(
                #"{"error":{"message":"The model m of \#(key.whole) does not exist","code":"model_not_found"}}"#,
                status: 404)
        },
        LeakingAnswer(name: "quota") { key in
            .json(#"{"error":{"message":"no credit for \#(key.whole)","code":"insufficient_quota"}}"#, status: 429)
        },
        LeakingAnswer(name: "headers") { key in
            let names = ["x-request-id", "openai-version", "apim-request-id", "Retry-After", "x-ms-session", "Date"]
            return .response(status: 429, headers: names.map { HTTPHeader($0, key.whole) }, body: Array("{}".utf8))
        },
        LeakingAnswer(name: "page") { key in
            .response(
                status: 502, headers: [HTTPHeader("Content-Type", "text/html")],
                body: Array("<html><h1>Bad key \(key.whole)</h1></html>".utf8))
        },
        LeakingAnswer(name: "reason") { .bytes(Array("HTTP/1.1 401 \($0.whole)\r\nContent-Length: 0\r\n\r\n".utf8)) },
        LeakingAnswer(name: "no-http") { .bytes(Array("\($0.whole)\r\n\r\n".utf8)) },
        LeakingAnswer(name: "reset") { .reset(after: Array("HTTP/1.1 200 OK\r\nX: \($0.whole)".utf8)) },
        LeakingAnswer(name: "redirect") { key in
            .response(status: 302, headers: [HTTPHeader("Location", "/elsewhere?key=\(key.inURL)")], body: [])
        },
        LeakingAnswer(name: "hang") { _ in .hang },
    ]

    private static let successes = [
        LeakingAnswer(name: "model") { success(model: $0.whole) },
        LeakingAnswer(name: "model-part") { success(model: "m-\($0.part)") },
        LeakingAnswer(name: "fingerprint") { success(fingerprint: $0.whole) },
        LeakingAnswer(name: "version") { success(version: $0.whole) },
        LeakingAnswer(name: "date") { success(date: $0.whole) },
        LeakingAnswer(name: "other-members") { success(more: #","\#($0.whole)":"\#($0.whole)""#) },
        LeakingAnswer(name: "no-version") { key in
            .json(#"{"id":"\#(key.whole)","type":"message","choices":[],"content":[]}"#)
        },
        LeakingAnswer(name: "twice") { .json(#"{"\#($0.whole)":1,"\#($0.whole)":2,"model":3}"#) },
        LeakingAnswer(name: "types") { .json(#"{"model":["\#($0.whole)"],"modelVersion":{"\#($0.whole)":1}}"#) },
        LeakingAnswer(name: "truncated") { .json(#"{"model":"\#($0.whole)"#) },
        LeakingAnswer(name: "text") { .json("Bearer \($0.whole)") },
        LeakingAnswer(name: "error") { .json(error($0.whole)) },
        LeakingAnswer(name: "short") { .truncated(Array($0.whole.utf8), length: 1000) },
    ]

    /// An error as all dialects at once write it.
    private static func error(_ message: String) -> String {
        let text = JSONValue.string(message).text
        return #"{"type":"error","message":\#(text),"error":{"type":"api_error","message":\#(text)}}"#
    }

    /// A success as all dialects at once write it, a lookup's members among them.
    private static func success(
        model: String = "m-2026", fingerprint: String = "fp", version: String = "1", date: String = "2027-01-01",
        more: String = ""
    ) -> FakeAnswer {
        .json(
            #"{"id":"\#(model)","object":"chat.completion","type":"message","model":"\#(model)","choices":[],"#
                + #""system_fingerprint":"\#(fingerprint)","modelVersion":"\#(model)","name":"models/\#(model)","#
                + #""version":"\#(version)","displayName":"\#(version)","shutdown_date":"\#(date)","#
                + #""modelStatus":{"retirementTime":"\#(date)"},"status":"completed","usage":{}\#(more)}"#)
    }
}
