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

    private static func matches(_ name: String, _ pattern: String) -> Bool {
        pattern.hasSuffix("*") ? name.hasPrefix(pattern.dropLast()) : name == pattern
    }
}
