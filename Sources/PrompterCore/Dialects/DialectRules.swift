/// What a dialect says of itself: the calls that it knows, and what stands in their responses. All else is everybody's
/// (``ProbeExchange``, ``CallRequest``, ``SuccessBody``, ``Refusal``).
protocol DialectRules {
    /// Members of a call's body that are the probe's own; a watch may not set them.
    static var reservedParameters: Set<String> { get }
    /// The call that makes the model of `target` answer.
    static func completion(of target: Target, _ learned: LearnedCall) -> CallForm
    /// The free call that tells of the model of `target`; `nil` where there is none.
    static func lookup(of target: Target) -> CallForm?
    /// The free call that is made after a completion, which says `answer`, to learn more; `nil` where none is.
    static func companion(of target: Target, after answer: CallAnswer, _ response: HTTPResponse) -> CallForm?
    /// Where `form` is called.
    static func url(_ form: CallForm, of target: Target) -> String
    /// Headers that every call carries.
    static var headers: [HTTPHeader] { get }
    /// What carries `credential`.
    static func authentication(_ credential: Credential) -> HTTPHeader
    /// The members of the body of `form`, the watch's own parameters among them; empty for a free call.
    static func body(_ form: CallForm, of target: Target, _ learned: LearnedCall) -> [JSONValue.JSONMember]
    /// What a success of `form` says.
    ///
    /// - Throws: ``ProbeFailure`` where it is not of the form's shape.
    static func read(_ form: CallForm, _ body: SuccessBody, of target: Target) throws(ProbeFailure) -> CallAnswer
    /// How `target` is to be called after `refusal` of `form`; `nil` where the refusal teaches nothing.
    static func lesson(
        of refusal: Refusal, to form: CallForm, of target: Target, _ learned: LearnedCall
    ) -> LearnedCall?
}

extension DialectRules {
    static var headers: [HTTPHeader] { [] }

    static func authentication(_ credential: Credential) -> HTTPHeader {
        HTTPHeader("Authorization", "Bearer \(credential.reveal())")
    }

    static func lookup(of target: Target) -> CallForm? { nil }

    static func companion(of target: Target, after answer: CallAnswer, _ response: HTTPResponse) -> CallForm? {
        target.kind == .both ? lookup(of: target) : nil
    }

    static func lesson(
        of refusal: Refusal, to form: CallForm, of target: Target, _ learned: LearnedCall
    ) -> LearnedCall? { nil }
}

extension Dialect {
    /// `nil` for the one that is never called.
    var rules: (any DialectRules.Type)? {
        switch self {
        case .openAI: OpenAIDialect.self
        case .azureOpenAI: AzureOpenAIDialect.self
        case .google: GoogleDialect.self
        case .anthropic: AnthropicDialect.self
        case .openAICompatible: OpenAICompatibleDialect.self
        case .stub: nil
        }
    }
}
