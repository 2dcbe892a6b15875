/// The list of models of a server that speaks OpenAI's API, and what an entry tells of its model: llama.cpp the parameters, the
/// size and the vocabulary, vLLM where the model comes from.
enum ModelListing {
    /// How deep an entry is looked into.
    private static let deepest = 4

    /// Members that name or describe the model, which its answers do as well, or that say how it is run.
    private static let namesAside: Set<String> = [
        "id", "object", "owned_by", "name", "display_name", "model", "description", "aliases", "tags", "n_ctx",
    ]

    /// Members with one of these words in their names may change while the model stays what it is.
    private static let wordsAside: Set<String> = [
        "access", "active", "age", "at", "available", "cached", "created", "date", "expires", "free", "host",
        "hostname",
        "instance", "last", "latency", "load", "loaded", "modified", "node", "permission", "permissions", "pid", "port",
        "price", "pricing", "process", "queue", "queued", "ready", "request", "requests", "running", "server",
        "session",
        "started", "state", "status", "throughput", "time", "timestamp", "ttl", "updated", "uptime", "usage", "used",
        "worker",
    ]

    /// Whether `response`, which says `answer`, is of a server whose list tells more than its completions: llama.cpp's
    /// fingerprint names the build of the server, whatever the model.
    static func tellsMore(than answer: CallAnswer, _ response: HTTPResponse) -> Bool {
        if response.header("Server")?.lowercased().hasPrefix("llama.cpp") == true { return true }
        return answer.fingerprint.map(isBuildOfLlama) ?? false
    }

    /// Whether a fingerprint is llama.cpp's: the number and the commit of its build, `b4567-0a1b2c3d`
    /// (https://github.com/ggml-org/llama.cpp/pull/10917).
    private static func isBuildOfLlama(_ fingerprint: String) -> Bool {
        let parts = fingerprint.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].first == "b" else { return false }
        let (build, commit) = (parts[0].dropFirst(), parts[1])
        return !build.isEmpty && build.allSatisfy { ("0"..."9").contains($0) }
            && (commit == "unknown" || commit.count >= 6 && commit.allSatisfy { $0.isASCII && $0.isHexDigit })
    }

    static func read(_ body: SuccessBody, of target: Target) throws(ProbeFailure) -> CallAnswer {
        guard let models = body["data"]?.elements else {
            throw ProbeFailure(.malformed, "the response's \"data\" is not an array")
        }
        // A server of one model answers by whatever name it is asked for.
        let found =
            models.first { $0["id"]?.string == target.model }
            ?? models.first { $0["aliases"]?.elements?.contains { $0.string == target.model } == true }
            ?? (models.count == 1 ? models.first : nil)
        guard let found, let name = found["id"]?.string, !name.isEmpty else {
            throw ProbeFailure(.noVersion, "the server's list of models has no entry with this name")
        }
        var answer = CallAnswer(model: try body.harmless(name, "id"), shows: .model)
        if let lasting = lasting(found, depth: 0) {
            answer.metadata = String(SHA256.hexadecimal(lasting.canonicalText).prefix(16))
            answer.shows.insert(.metadata)
        }
        return answer
    }

    /// What `node` says that lasts as long as the model; `nil` for nothing.
    private static func lasting(_ node: JSONNode, depth: Int) -> JSONValue? {
        guard depth <= deepest else { return nil }
        switch node.value {
        case .null, .string(""): return nil
        case .bool, .number, .string: return SuccessBody.plain(node.plain)
        case .array(let elements):
            let lasting = elements.compactMap { Self.lasting($0, depth: depth + 1) }
            return lasting.isEmpty ? nil : .array(lasting)
        case .object(let members):
            let lasting = members.compactMap { member -> JSONValue.JSONMember? in
                guard !isAside(member.name) else { return nil }
                return Self.lasting(member.node, depth: depth + 1).map { JSONValue.JSONMember(member.name, $0) }
            }
            return lasting.isEmpty ? nil : .object(lasting)
        }
    }

    private static func isAside(_ name: String) -> Bool {
        if namesAside.contains(name) { return true }
        var words = [""]
        var isAfterLower = false
        for character in name {
            if !character.isLetter || character.isUppercase && isAfterLower { words.append("") }
            if character.isLetter { words[words.count - 1] += character.lowercased() }
            isAfterLower = character.isLowercase
        }
        return words.contains(where: wordsAside.contains)
    }
}
