import PrompterCore

/// A reply as the service layer's callers read it.
enum ReplyResponse {
    /// How the API has a call made in any case.
    private static let force = #""force": true"#

    static func response(_ reply: Reply, of watch: Watch.Key) -> APIResponse {
        switch reply {
        case .answer(let answer):
            .json(.object(members(of: answer.version, of: watch) + members(of: answer)))
        case .failure(let failure):
            .problem(
                502, "Bad Gateway", failure.description,
                members: [.init("failure", .string(failure.failureClass.rawValue))])
        case .notRecorded(let version, let reason):
            .problem(
                503, "Service Unavailable", "the answer could not be recorded: \(reason)",
                members: [.init("not_recorded", .string(reason))] + members(of: version, of: watch))
        case .notMade(let reason): response(reason)
        }
    }

    private static func members(of version: VersionIdentity, of watch: Watch.Key) -> [JSONValue.JSONMember] {
        [
            .init("version_id", .string(VersionID(of: version, watch: watch).description)),
            .init("provider", .string(watch.provider)),
            .init("provider_version_key", .string(version.key)),
            .init("resolved_model", version.resolvedModel.map { .string($0) } ?? .null),
            .init("fingerprint", version.fingerprint.map { .string($0) } ?? .null),
        ]
    }

    private static func members(of answer: Reply.Answer) -> [JSONValue.JSONMember] {
        [
            .init("captured_at", .string(answer.time.iso8601Milliseconds)),
            .init("is_new", .bool(answer.isNew)),
            .init("confidence", .string(answer.confidence.rawValue)),
            .init("source", .string(answer.source.rawValue)),
        ]
    }

    private static func response(_ reason: Reply.Reason) -> APIResponse {
        let (status, title, wait): (Int, String, Duration?) =
            switch reason {
            case .standOff(_, let rest), .held(let rest), .limited(let rest): (429, "Too Many Requests", rest)
            case .givenUp, .credential: (502, "Bad Gateway", nil)
            case .disabled, .store, .stopping: (503, "Service Unavailable", nil)
            case .deadline: (504, "Gateway Timeout", nil)
            }
        var members = [JSONValue.JSONMember("not_made", .string(reason.name))]
        if let failure = reason.failureClass { members.append(.init("failure", .string(failure.rawValue))) }
        return .problem(
            status, title, reason.detail(force: force), headers: wait.map { [.retryAfter($0)] } ?? [], members: members)
    }
}

extension HTTPHeader {
    /// Whole seconds, at least one (RFC 9110, section 10.2.3).
    static func retryAfter(_ time: Duration) -> HTTPHeader {
        let (seconds, rest) = time.components
        return HTTPHeader("Retry-After", String(max(1, rest > 0 ? seconds + 1 : seconds)))
    }
}
