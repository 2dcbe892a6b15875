/// The Gemini API (https://ai.google.dev/api/generate-content).
enum GoogleDialect: DialectRules {
    static let usualBaseURL: String? = "https://generativelanguage.googleapis.com/v1beta"
    static let credentialVariables = [
        Dialect.CredentialVariable("GOOGLE_API_KEY"), Dialect.CredentialVariable("GEMINI_API_KEY"),
    ]
    static let reservedParameters: Set<String> = ["contents"]

    static func authentication(_ credential: Credential) -> HTTPHeader {
        HTTPHeader("x-goog-api-key", credential.reveal())
    }

    static func completion(of target: Target, _ learned: CallVariant) -> CallForm { .generate }

    static func lookup(on server: Server?) -> CallForm? { .lookup }

    static func url(_ form: CallForm, of target: Target) -> String {
        let segments = target.model.split(separator: "/", omittingEmptySubsequences: false).map(CallRequest.segment)
        let model = (segments.count == 1 ? ["models"] + segments : segments).joined(separator: "/")
        return "\(target.provider.baseURL)/\(model)\(form == .lookup ? "" : ":generateContent")"
    }

    /// An answer that is cut short is a success here, so that one token is enough.
    static func body(_ form: CallForm, of target: Target, _ learned: CallVariant) -> [JSONValue.JSONMember] {
        guard form != .lookup else { return [] }
        var own = [JSONValue.JSONMember("contents", .array([.object([.init("role", .string("user")), part("x")])]))]
        if let instructions = target.systemInstructions {
            own.append(.init("systemInstruction", .object([part(instructions)])))
        }
        var parameters = CallRequest.parameters(of: target)
        var settings: [JSONValue.JSONMember] = []
        if let place = parameters.firstIndex(where: { $0.name == "generationConfig" }),
            case .object(let members) = parameters[place].value
        {
            settings = members
            parameters.remove(at: place)
        }
        settings = CallRequest.body([.init("maxOutputTokens", .integer(learned.tokens ?? 1))], parameters: settings)
        own.append(.init("generationConfig", .object(settings)))
        return CallRequest.body(own, parameters: parameters)
    }

    static func isStreamedAsArray(_ form: CallForm) -> Bool { form == .generate }

    static func read(_ form: CallForm, _ body: SuccessBody, of target: Target) throws(ProbeFailure) -> CallAnswer {
        let name = try body.model(form == .lookup ? "name" : "modelVersion")
        let model = name.map { $0.hasPrefix("models/") ? String($0.dropFirst("models/".count)) : $0 }
        if model == "" { throw ProbeFailure(.malformed, "the response's model has no name") }
        var answer = CallAnswer(model: model, shows: .model)
        guard form == .lookup else {
            if let status = body["modelStatus"] { answer.takeRetirement(status["retirementTime"]) }
            answer.usage = usage(body)
            return answer
        }
        answer.shows = [.model, .metadata]
        answer.takeRetirement(body["modelStatus"]?["retirementTime"])
        answer.metadata = body.signature(of: [
            "version", "inputTokenLimit", "outputTokenLimit", "temperature", "topP", "topK", "maxTemperature",
        ])
        return answer
    }

    static func lesson(
        of refusal: Refusal, to form: CallForm, of target: Target, _ learned: CallVariant
    ) -> CallVariant? {
        CallLesson.of(
            refusal, to: form, learned: learned, cap: isCapped(target) ? nil : .tokens, tokens: learned.tokens ?? 1,
            mayAskResponses: false)
    }

    static func stubVersion(of model: String) -> VersionIdentity? {
        VersionIdentity(resolvedModel: "\(model)-stub-001", fingerprint: nil)
    }

    private static func isCapped(_ target: Target) -> Bool {
        guard let settings = CallRequest.parameters(of: target).first(where: { $0.name == "generationConfig" }) else {
            return false
        }
        guard case .object(let members) = settings.value else { return true }
        return members.contains { $0.name == "maxOutputTokens" }
    }

    /// Thoughts are billed as output. A count that is nought is left out: of a prompt that was counted, both may be.
    private static func usage(_ body: SuccessBody) -> Usage {
        let parts = ["candidatesTokenCount", "thoughtsTokenCount"].compactMap { body.tokens("usageMetadata", $0) }
        let input = body.tokens("usageMetadata", "promptTokenCount")
        return Usage(inputTokens: input, outputTokens: input == nil && parts.isEmpty ? nil : parts.reduce(0, +))
    }

    private static func part(_ text: String) -> JSONValue.JSONMember {
        .init("parts", .array([.object([.init("text", .string(text))])]))
    }
}
