/// Which versions a watch expects: a model, a fingerprint or a digest each, or the beginning of one before a `*`.
public struct Expectation: Hashable, Sendable {
    public var patterns: [String]

    public init(_ patterns: [String]) {
        self.patterns = patterns
    }

    /// Whether any pattern names `value`.
    public func allows(_ value: String) -> Bool {
        patterns.contains { pattern in
            pattern.hasSuffix("*") ? value.hasPrefix(pattern.dropLast()) : value == pattern
        }
    }
}
