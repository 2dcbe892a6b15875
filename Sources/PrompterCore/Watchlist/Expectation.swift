/// Which versions a watch expects: a model or a fingerprint each, or the beginning of one before a `*`.
public struct Expectation: Hashable, Sendable {
    public var patterns: [String]

    public init(_ patterns: [String]) {
        self.patterns = patterns
    }

    /// Whether any pattern names `version`'s model, fingerprint or digest.
    public func allows(_ version: VersionIdentity) -> Bool {
        let names = [version.resolvedModel, version.fingerprint, version.digest].compactMap(\.self)
        return patterns.contains { pattern in names.contains { Self.matches($0, pattern) } }
    }

    /// Whether every live version of `memory` is allowed; `nil` where none is live.
    public func isMet(by memory: TargetMemory) -> Bool? {
        let live = memory.versions.filter { memory.life.state(of: $0.identity) != .retired }
        return live.isEmpty ? nil : live.allSatisfy { allows($0.identity) }
    }

    /// Which signal of `version`, which is not allowed, the watch is about: its fingerprint where a pattern begins like it, else
    /// its model. A slip is one slip, however many fingerprints the other model has.
    public func subject(of version: VersionIdentity) -> Signal {
        if let fingerprint = version.fingerprint, patterns.contains(where: { $0.prefix(3) == fingerprint.prefix(3) }) {
            return .fingerprint
        }
        return version.resolvedModel != nil ? .model : version.fingerprint != nil ? .fingerprint : .digest
    }

    private static func matches(_ name: String, _ pattern: String) -> Bool {
        pattern.hasSuffix("*") ? name.hasPrefix(pattern.dropLast()) : name == pattern
    }
}
