/// Finds the error inside a success: gateways and some providers answer with status 200 whatever happened.
enum InnerError {
    /// Words that a member gives where all is well.
    private static let wellWords: Set<String> = [
        "", "0", "ok", "success", "succeeded", "successful", "none", "null", "false", "no error", "n/a", "done",
        "complete", "completed", "finished", "normal",
    ]
    private static let wellEnds = [
        "成功", " success", " succeeded", " successful", " successfully", " completed", " complete",
    ]
    private static let failedWords: Set<String> = [
        "error", "failed", "failure", "fail", "cancelled", "canceled", "expired", "rejected",
    ]
    /// Names, here and below as ``ErrorWords/plain(_:)`` writes them.
    private static let statusNames = ["code", "statuscode", "errorcode", "errcode", "ret", "retcode"]
    private static let textNames = [
        "message", "msg", "errormsg", "errmsg", "detail", "err", "errormessage", "reason", "statustext",
    ]
    /// Members that may tell of it one level deeper.
    private static let holders: Set<String> = ["header", "data", "meta", "metadata", "message"]

    /// The nodes that tell of it; `nil` where there is none.
    static func find(in body: ResponseBody) -> [JSONNode]? {
        if !body.streamedErrors.isEmpty { return body.streamedErrors }
        let content = AnswerContent(of: body.objects)
        for object in body.objects {
            if let found = find(in: object, beside: content) { return found }
        }
        let choices = body.objects.compactMap { $0["choices"] }
        if !choices.isEmpty, choices.allSatisfy(\.isNull) { return body.objects }
        return nil
    }

    private static func find(in object: JSONNode, beside content: AnswerContent) -> [JSONNode]? {
        guard object.isObject else { return nil }
        // The codes beside it say as much as those in it.
        if hasError(object, beside: content) { return [object] }
        for choice in object["choices"]?.elements ?? [] {
            if let told = failure(of: choice, beside: content) { return told }
        }
        if let response = object["base_resp"], isFailedStatus(response["status_code"]) { return [response] }
        if let response = object["Response"], let error = response["Error"], isError(error) { return [error] }
        if !content.isWritten, let held = held(in: object, beside: content) { return [held, object] }
        return isRefused(object, beside: content) ? [object] : nil
    }

    /// Whether a member of `object` is an error by its name. Beside a written answer only those names count that mean
    /// nothing else.
    private static func hasError(_ object: JSONNode, beside content: AnswerContent) -> Bool {
        object.plainMembers.contains { name, node in
            guard isErrorName(name, beside: content) else { return false }
            if name != "error", node.integer != nil, content.isEnded { return false }
            return isError(node)
        }
    }

    private static func isErrorName(_ name: String, beside content: AnswerContent) -> Bool {
        if ["error", "errors", "fault"].contains(name) { return true }
        guard !content.isWritten, !statusNames.contains(name) else { return false }
        return name.contains("error") || name.contains("exception") || name == "errmsg" || name == "err"
    }

    /// What a choice tells that is no answer; `nil` where it is one.
    private static func failure(of choice: JSONNode, beside content: AnswerContent) -> [JSONNode]? {
        let errors = [choice["error"], choice["message"]?["error"], choice["delta"]?["error"]].compactMap(\.self)
        if errors.contains(where: isError) { return errors + [choice] }
        guard FinishReason(choice)?.isFailure == true else { return nil }
        let code = JSONNode.Member(name: "code", nameOffset: 0, node: choice["finish_reason"] ?? choice)
        return [choice, JSONNode(offset: 0, value: .object([code]))]
    }

    /// The member that tells of an error one level deeper, where nothing was written.
    private static func held(in object: JSONNode, beside content: AnswerContent) -> JSONNode? {
        object.plainMembers.first { name, node in
            guard holders.contains(name), node.isObject else { return false }
            if hasError(node, beside: content) { return true }
            guard !content.isCounted, !content.isEnded, !isWell(node) else { return false }
            return node.plainMembers.contains {
                statusNames.contains($0.name) && status($0.node) != nil && isFailedStatus($0.node)
            }
        }?.node
    }

    /// What `object` says in words, beside an answer or in its place.
    private static func texts(_ object: JSONNode) -> [String] {
        object.plainMembers.filter { textNames.contains($0.name) }.compactMap(\.node.string)
    }

    private static func isWell(_ object: JSONNode) -> Bool {
        texts(object).contains(where: isWellWord)
    }

    private static func isWellWord(_ text: String) -> Bool {
        var text = text.lowercased()[...].drop(while: \.isWhitespace)
        while let last = text.last, last.isWhitespace || ".!。！".contains(last) { text.removeLast() }
        if wellWords.contains(String(text)) { return true }
        return !text.contains("not ") && wellEnds.contains { text.hasSuffix($0) }
    }

    /// Whether the members beside the answer say that there is none.
    private static func isRefused(_ object: JSONNode, beside content: AnswerContent) -> Bool {
        if ["success", "ok"].contains(where: { isWord(object[$0], "false") })
            || ["isError", "is_error"].contains(where: { isWord(object[$0], "true") })
        {
            return true
        }
        if isWord(object["type"], "error") || isWord(object["object"], "error") {
            return true
        }
        if let status = object["status"]?.string, failedWords.contains(status.lowercased()) { return true }
        let hasElements = AnswerContent.hasElements(object)
        if !hasElements, let result = object["result"]?.string, failedWords.contains(result.lowercased()) {
            return true
        }
        let texts = texts(object)
        // Words where an answer should be.
        let isChoiceless = !hasElements || !content.isWritten && !content.isCounted && !content.isEnded
        if isChoiceless, object["model"] != nil, object["output"] == nil,
            !texts.allSatisfy(isWellWord)
        {
            return true
        }
        for (name, node) in object.plainMembers where statusNames.contains(name) || name == "status" {
            if let status = status(node), (400...599).contains(status) { return true }
            // A word of its own for its status counts where there is no answer beside it.
            if name == "status", node.integer == nil { continue }
            // Codes that say that all is well are no closed list.
            if content.isWritten || content.isEnded { continue }
            if isFailedStatus(node), !isWell(object), !hasElements || !texts.isEmpty { return true }
        }
        return false
    }

    /// Some servers send the member with every answer, with nothing in it.
    private static func isError(_ node: JSONNode) -> Bool {
        switch node.value {
        case .null, .bool(false): false
        case .bool(true): true
        case .number, .string: isFailedStatus(node)
        case .array(let elements): elements.contains(where: isError)
        // A flag in it says something about the error, if there is one.
        case .object(let members):
            members.contains { if case .bool = $0.node.value { false } else { isError($0.node) } }
        }
    }

    private static func isFailedStatus(_ node: JSONNode?) -> Bool {
        guard let node else { return false }
        if let status = status(node) { return status != 0 && !(200...299).contains(status) }
        return node.string.map { !isWellWord($0) } ?? false
    }

    private static func status(_ node: JSONNode) -> Int? { node.integer ?? node.string.flatMap { Int($0) } }

    private static func isWord(_ node: JSONNode?, _ word: String) -> Bool {
        if case .bool(let flag) = node?.value { return "\(flag)" == word }
        return node?.string?.lowercased() == word
    }
}

extension JSONNode {
    fileprivate var isNull: Bool { if case .null = value { true } else { false } }

    /// The members of an object, their names as they are compared.
    fileprivate var plainMembers: [(name: String, node: JSONNode)] {
        guard case .object(let members) = value else { return [] }
        return members.map { (ErrorWords.plain($0.name), $0.node) }
    }
}
