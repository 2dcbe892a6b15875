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
