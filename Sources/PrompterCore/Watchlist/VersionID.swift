/// Names one version of one watch, wherever and whenever it is asked for: on another instance, or after the database was made anew.
/// It is the `id` of `prompt_versions`.
public struct VersionID: Hashable, Sendable, CustomStringConvertible {
    /// The watch's part and the version's, each 12 lower-case hexadecimal digits of a SHA-256, with a hyphen between them.
    public let description: String

    public init(of version: VersionIdentity, watch: Watch.Key) {
        description = "\(Self.part(of: watch))-\(Self.part(of: version))"
    }

    /// The part that all versions of `watch` share.
    public static func part(of watch: Watch.Key) -> String { part(of: watch.texts) }

    /// The part that `version` has in every watch. Versions that differ in nothing but a digest beside their fingerprint share it, as
    /// they share a row of `prompt_versions`.
    public static func part(of version: VersionIdentity) -> String {
        part(of: [version.resolvedModel ?? "", version.key])
    }

    /// The part of a version whose resolved model, empty where it has none, and key are `texts`.
    public static func part(of texts: [String]) -> String {
        var hash = SHA256()
        for text in texts { hash.update(field: text) }
        return Hexadecimal.encode(hash.finish().prefix(6))
    }
}
