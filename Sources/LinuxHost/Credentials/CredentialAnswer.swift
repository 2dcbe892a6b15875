public import PrompterCore

/// What was found where a provider's credential is looked for.
public struct CredentialAnswer: Hashable, Sendable {
    /// `nil` where there is none, which some servers of one's own need not.
    public var credential: Credential?
    /// Where it was found, for people: a path or a variable.
    public var origin: SafeText?
    /// What the operator should know, one line each; never the secret.
    public var warnings: [String]

    public init(credential: Credential? = nil, origin: SafeText? = nil, warnings: [String] = []) {
        self.credential = credential
        self.origin = origin
        self.warnings = warnings
    }
}

/// Why what stands in a credential's place is none. It names the place, never what stands there.
public enum CredentialError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Its file cannot be read.
    case file(FileError)
    /// Nothing stands in `origin`, or nothing yet.
    case empty(origin: SafeText)
    /// What stands in `origin` is no key.
    case unusable(origin: SafeText, reason: String)
    /// The provider's entry names a variable that is not set.
    case unset(variable: SafeText, provider: SafeText)
    /// The provider needs one, its entry names no place, and the usual ones hold none.
    case nowhere(provider: SafeText, places: [String])

    public var description: String {
        switch self {
        case .file(let error):
            "credential: \(error)"
        case .empty(let origin):
            Self.unusable(origin: origin, reason: "it is empty").description
        case .unusable(let origin, let reason):
            "credential in \(origin): \(reason); put only the key there, on one line"
        case .unset(let variable, let provider):
            "credential of provider \"\(provider)\": the environment variable \(variable) is not set; set it, "
                + "or correct api_key_env"
        case .nowhere(let provider, let places):
            "credential of provider \"\(provider)\": none found in \(places.joined(separator: " or ")); put the key "
                + "there, or name its location with api_key_env or api_key_file"
        }
    }
}
