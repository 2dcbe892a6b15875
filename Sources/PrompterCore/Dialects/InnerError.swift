/// Finds the error inside a success: gateways and some providers answer with status 200 whatever happened.
enum InnerError {
    /// Words that a member gives where all is well.
    private static let wellWords: Set<String> = [
        "", "0", "ok", "success", "succeeded", "none", "null", "false", "no error",
    ]
    private static let failedWords: Set<String> = [
        "error", "failed", "failure", "fail", "cancelled", "canceled", "expired", "rejected",
    ]
    private static let statusNames = ["code", "status_code", "statusCode", "error_code", "errcode", "ret", "retcode"]
    private static let textNames = [
        "message", "msg", "error_msg", "errmsg", "detail", "err", "error_message", "reason",
    ]

    /// The nodes that tell of it; `nil` where there is none.
    static func find(in body: ResponseBody) -> [JSONNode]? {
        if !body.streamedErrors.isEmpty { return body.streamedErrors }
        for object in body.objects {
            if let found = find(in: object) { return found }
        }
        let choices = body.objects.compactMap { $0["choices"] }
        if !choices.isEmpty, choices.allSatisfy(\.isNull) { return body.objects }
        return nil
    }

    private static func find(in object: JSONNode) -> [JSONNode]? {
        guard case .object(let members) = object.value else { return nil }
        for member in members where ["error", "errors", "Error", "fault"].contains(member.name) {
            // The codes beside it say as much as those in it.
            if isError(member.node) { return [object] }
        }
        if let choice = object["choices"]?.elements?.first(where: isFailed) {
            return [choice["error"], choice].compactMap(\.self)
        }
        if let response = object["base_resp"], isFailedStatus(response["status_code"]) { return [response] }
        if let response = object["Response"], let error = response["Error"], isError(error) { return [error] }
        return isRefused(object) ? [object] : nil
    }

    /// Whether the members beside the answer say that there is none.
    private static func isRefused(_ object: JSONNode) -> Bool {
        if ["success", "ok"].contains(where: { isWord(object[$0], "false") })
            || ["isError", "is_error"].contains(where: { isWord(object[$0], "true") })
        {
            return true
        }
        if isWord(object["type"], "error") || isWord(object["object"], "error") {
            return true
        }
        if let status = object["status"]?.string, failedWords.contains(status.lowercased()) { return true }
        let texts = textNames.compactMap { object[$0]?.string }
        let isWell = texts.contains { wellWords.contains($0.lowercased()) }
        // Words where an answer should be.
        let isChoiceless = object["model"] != nil && object["output"] == nil && !hasContent(object)
        if isChoiceless, texts.contains(where: { !wellWords.contains($0.lowercased()) }) { return true }
        for name in statusNames + ["status"] {
            guard let node = object[name] else { continue }
            if let status = status(node), (400...599).contains(status) { return true }
            // A word of its own for its status counts where there is no answer beside it.
            if name == "status", node.integer == nil { continue }
            if isFailedStatus(node), !isWell, !hasContent(object) || !texts.isEmpty { return true }
        }
        return false
    }

    private static func isFailed(_ choice: JSONNode) -> Bool {
        choice["error"].map(isError) == true || isWord(choice["finish_reason"], "error")
    }

    private static func hasContent(_ object: JSONNode) -> Bool {
        ["choices", "content", "candidates", "output", "models", "data"].contains {
            object[$0]?.elements?.isEmpty == false
        }
    }

    /// Some servers send the member with every answer, with nothing in it.
    private static func isError(_ node: JSONNode) -> Bool {
        switch node.value {
        case .null, .bool(false): false
        case .bool(true): true
        case .number: isFailedStatus(node)
        case .string(let text): !wellWords.contains(text.lowercased())
        case .array(let elements): elements.contains(where: isError)
        case .object(let members): members.contains { isError($0.node) }
        }
    }

    private static func isFailedStatus(_ node: JSONNode?) -> Bool {
        guard let node else { return false }
        if let status = status(node) { return status != 0 && !(200...299).contains(status) }
        return node.string.map { !wellWords.contains($0.lowercased()) } ?? false
    }

    private static func status(_ node: JSONNode) -> Int? { node.integer ?? node.string.flatMap { Int($0) } }

    private static func isWord(_ node: JSONNode?, _ word: String) -> Bool {
        if case .bool(let flag) = node?.value { return "\(flag)" == word }
        return node?.string?.lowercased() == word
    }
}

extension JSONNode {
    fileprivate var isNull: Bool { if case .null = value { true } else { false } }
}
