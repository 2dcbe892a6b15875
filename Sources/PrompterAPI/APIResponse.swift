import PrompterCore

/// What is answered.
struct APIResponse: Sendable {
    var status: Int
    var headers: [HTTPHeader]
    var body: [UInt8]

    init(_ status: Int, type: String, headers: [HTTPHeader] = [], _ body: [UInt8]) {
        self.status = status
        self.headers = [HTTPHeader("Content-Type", type)] + headers
        self.body = body
    }

    static func text(_ status: Int, _ text: String) -> APIResponse {
        APIResponse(status, type: "text/plain; charset=utf-8", Array("\(text)\n".utf8))
    }

    static func json(_ value: JSONValue) -> APIResponse {
        APIResponse(200, type: "application/json", Array("\(value.text)\n".utf8))
    }

    /// What is wrong, and what to do (RFC 9457).
    ///
    /// - Parameters:
    ///   - detail: one line.
    ///   - members: for programs, beside those of every problem.
    static func problem(
        _ status: Int, _ title: String, _ detail: String, headers: [HTTPHeader] = [],
        members: [JSONValue.JSONMember] = []
    ) -> APIResponse {
        let problem = JSONValue.object(
            [.init("title", .string(title)), .init("status", .integer(status)), .init("detail", .string(detail))]
                + members)
        return APIResponse(
            status, type: "application/problem+json", headers: headers, Array("\(problem.text)\n".utf8))
    }
}
