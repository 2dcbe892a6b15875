/// All that is one dialect's own: where it is called, with which credential, what a provider's entry may say of it, and how its
/// calls are written and read. What every dialect does alike is elsewhere (``ProbeExchange``, ``CallRequest``,
/// ``SuccessBody``, ``Refusal``).
///
/// To add a dialect, write one file with a type that conforms, and add one case to ``Dialect`` with its line in
/// ``Dialect/rules``. No other source changes, unless its call is of a new kind, which is then a case of ``CallForm``. A dialect
/// that is like OpenAI's conforms to ``OpenAIStyle`` and has little left to say. Editors and tests learn of it from
/// `config/watchlist.schema.json`.
protocol DialectRules {
    // What a provider's entry may leave out.

    /// The address of the dialect's own maker; `nil` where every user has another.
    static var usualBaseURL: String? { get }
    /// Where the maker's own library looks for a credential, the first place first.
    static var credentialVariables: [Dialect.CredentialVariable] { get }
    /// What the maker's own library sends beside a key.
    static var companionVariables: [Dialect.CompanionVariable] { get }
    /// What a probe asks for where the entry does not say.
    static func usualProbe(on server: Server?) -> ProbeKind

    // What a provider's entry and a watch may say.

    /// The keys of a provider's entry that it has beside those that all have.
    static var keys: Set<DialectKey> { get }
    /// What is wrong with the values of ``keys``, each with the key that is to be corrected.
    static func faults(api: CallForm?, apiVersion: String?) -> [(key: DialectKey, message: String)]
    /// Members of a call's body that are the probe's own; a watch may not set them.
    static var reservedParameters: Set<String> { get }

    // Which calls are made.

    /// The call that makes the model of `target` answer.
    static func completion(of target: Target, _ learned: CallVariant) -> CallForm
    /// The free call that tells of a model; `nil` where there is none.
    static func lookup(on server: Server?) -> CallForm?
    /// The free call that is made after a completion, which says `answer`, to learn more; `nil` where none is.
    static func companion(of target: Target, after answer: CallAnswer, _ response: HTTPResponse) -> CallForm?

    // How a call is written.

    /// Where `form` is called.
    static func url(_ form: CallForm, of target: Target) -> String
    /// Headers that every call carries.
    static var headers: [HTTPHeader] { get }
    /// What carries `credential`.
    static func authentication(_ credential: Credential) -> HTTPHeader
    /// The members of the body of `form`, the watch's own parameters among them; empty for a free call.
    static func body(_ form: CallForm, of target: Target, _ learned: CallVariant) -> [JSONValue.JSONMember]

    // How an answer is read.

    /// Whether a stream of `form` comes as one JSON array.
    static func isStreamedAsArray(_ form: CallForm) -> Bool
    /// What a success of `form` says.
    ///
    /// - Throws: ``ProbeFailure`` where it is not of the form's shape.
    static func read(_ form: CallForm, _ body: SuccessBody, of target: Target) throws(ProbeFailure) -> CallAnswer
    /// How `target` is to be called after `refusal` of `form`; `nil` where the refusal teaches nothing.
    static func lesson(
        of refusal: Refusal, to form: CallForm, of target: Target, _ learned: CallVariant
    ) -> CallVariant?
    /// The version that a stub makes up for `model`, as the Python service layer's does; `nil` where that had none.
    static func stubVersion(of model: String) -> VersionIdentity?
}

/// A key of a provider's entry that not every dialect has. The raw value stands in watchlists.
enum DialectKey: String, CaseIterable {
    case api
    case apiVersion = "api_version"
    case server
}

extension DialectRules {
    static var usualBaseURL: String? { nil }

    static var credentialVariables: [Dialect.CredentialVariable] { [] }

    static var companionVariables: [Dialect.CompanionVariable] { [] }

    static func usualProbe(on server: Server?) -> ProbeKind { .completion }

    static var keys: Set<DialectKey> { [] }

    static func faults(api: CallForm?, apiVersion: String?) -> [(key: DialectKey, message: String)] { [] }

    static func lookup(on server: Server?) -> CallForm? { nil }

    static func companion(of target: Target, after answer: CallAnswer, _ response: HTTPResponse) -> CallForm? {
        target.kind == .both ? lookup(on: target.provider.server) : nil
    }

    static var headers: [HTTPHeader] { [] }

    static func authentication(_ credential: Credential) -> HTTPHeader {
        HTTPHeader("Authorization", "Bearer \(credential.reveal())")
    }

    static func isStreamedAsArray(_ form: CallForm) -> Bool { false }

    static func lesson(
        of refusal: Refusal, to form: CallForm, of target: Target, _ learned: CallVariant
    ) -> CallVariant? { nil }

    static func stubVersion(of model: String) -> VersionIdentity? { nil }
}

extension Target {
    /// The version that a stub makes up: the provider's name decides, as in the Python service layer, then its dialect. `nil` where
    /// neither is known.
    public var stubVersion: VersionIdentity? {
        let dialect = Dialect(rawValue: provider.name).flatMap { $0 == .stub ? nil : $0 } ?? provider.dialect
        return dialect.rules?.stubVersion(of: model)
    }
}
