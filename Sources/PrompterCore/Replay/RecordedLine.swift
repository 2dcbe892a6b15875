/// A probe's outcome as any program can log it: a line of JSON that says when, who was asked, and what came back.
struct RecordedLine: Hashable, Sendable {
    /// Its members; others are not looked at.
    static let names = [
        "time", "provider", "model", "resolved_model", "fingerprint", "system_fingerprint", "digest", "metadata",
        "confirmation", "outcome",
    ]

    /// Seconds since 1970 stay below this until the year 5138; milliseconds have been above it since 1973.
    private static let leastMilliseconds = 1e11
    /// The end of the year 9999.
    private static let latest = 253_402_300_799_999.0

    enum Outcome: Hashable, Sendable {
        case success
        case failure(FailureClass)
        /// Nobody was called.
        case skipped
    }

    let time: Timestamp
    let provider: String
    let model: String
    private(set) var resolvedModel, fingerprint, digest, metadata: String?
    private(set) var isConfirmation = false
    private(set) var outcome = Outcome.success
    /// The names of members that are none of its own.
    private(set) var unknown: [String] = []

    /// - Throws: where the members make no line.
    init(_ members: [JSONNode.Member]) throws(ExchangeRow.Refusal) {
        var (time, provider, model): (Timestamp?, String?, String?)
        for member in members {
            let node = member.node
            // What is null and what is left out are the same.
            if case .null = node.value, Self.names.contains(member.name) { continue }
            switch member.name {
            case "time": time = try Self.time(node)
            case "provider": provider = try Self.name(node, member.name)
            case "model": model = try Self.name(node, member.name)
            case "resolved_model": resolvedModel = try Self.text(node, member.name)
            case "fingerprint": fingerprint = try Self.text(node, member.name)
            // So answers call it.
            case "system_fingerprint": if fingerprint == nil { fingerprint = try Self.text(node, member.name) }
            case "digest": digest = try Self.text(node, member.name)
            case "metadata": metadata = try Self.text(node, member.name)
            case "confirmation":
                guard case .bool(let flag) = node.value else {
                    throw ExchangeRow.Refusal("confirmation should be true or false")
                }
                isConfirmation = flag
            case "outcome": outcome = try Self.outcome(node)
            default: unknown.append(member.name)
            }
        }
        guard let time else { throw ExchangeRow.Refusal("time is missing") }
        guard let provider else { throw ExchangeRow.Refusal("provider is missing") }
        guard let model else { throw ExchangeRow.Refusal("model is missing") }
        self.time = time
        self.provider = provider
        self.model = model
    }

    private static func time(_ node: JSONNode) throws(ExchangeRow.Refusal) -> Timestamp {
        switch node.value {
        case .string(let text): if let time = TimeText.parse(text) { return time }
        case .number(let digits):
            if let number = Double(digits), number >= 0 {
                let milliseconds = number < leastMilliseconds ? (number * 1000).rounded() : number.rounded(.down)
                if milliseconds <= latest { return Timestamp(milliseconds: Int64(milliseconds)) }
            }
        default: break
        }
        throw ExchangeRow.Refusal(
            "time should be a time such as \"2026-11-17T14:00:00Z\", or seconds or milliseconds since 1970")
    }

    private static func name(_ node: JSONNode, _ name: String) throws(ExchangeRow.Refusal) -> String {
        guard let text = node.string, !text.isEmpty else {
            throw ExchangeRow.Refusal("\(name) should be a non-empty string")
        }
        return text
    }

    private static func text(_ node: JSONNode, _ name: String) throws(ExchangeRow.Refusal) -> String {
        guard let text = node.string else { throw ExchangeRow.Refusal("\(name) should be a string or null") }
        return text
    }

    private static func outcome(_ node: JSONNode) throws(ExchangeRow.Refusal) -> Outcome {
        switch node.string {
        case "success": return .success
        case "skipped": return .skipped
        // Of the classes the one that says nothing of the model, nor of the request.
        case "failure": return .failure(.serverError)
        case let text?: if let failure = FailureClass(rawValue: text) { return .failure(failure) }
        case nil: break
        }
        let classes = FailureClass.allCases.map(\.rawValue).joined(separator: ", ")
        throw ExchangeRow.Refusal("outcome should be success, skipped, failure, or a failure's class: \(classes)")
    }
}

extension RecordedLine {
    /// What a probe leaves that ends so; `nil` for none.
    ///
    /// - Parameters:
    ///   - shows: what its probe is taken to show, whether or not this line has it.
    ///   - id: tells it from others of the same time.
    func finding(of target: TargetID, shows: SignalSet, id: UInt64) -> Finding? {
        switch outcome {
        case .skipped: return nil
        case .failure(let failure):
            return .failure(
                FailedAttempt(target: target, time: time, failureClass: failure, isConfirmation: isConfirmation))
        case .success:
            let version = VersionIdentity(resolvedModel: resolvedModel, fingerprint: fingerprint, digest: digest)
            // To a daemon an answer that names no version is a failure, too.
            guard let version else {
                return .failure(FailedAttempt(target: target, time: time, failureClass: .noVersion))
            }
            let observation = Observation(
                id: id, target: target, slot: 0, time: time, version: version, metadata: metadata,
                shows: shows, isConfirmation: isConfirmation)
            return .observation(observation, imported: false)
        }
    }
}
