public import PrompterCore

/// What a provider's `ca_file` holds, or why that can't be used.
public enum AuthorityFile: Hashable, Sendable {
    /// Certificates in PEM.
    case certificates([UInt8])
    case unusable(SafeText)
}
