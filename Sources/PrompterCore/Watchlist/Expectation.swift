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

/// Reads a watch's `expect`.
struct ExpectationEntry {
    /// As many patterns are taken.
    static let counts = 1...32

    let place: (String) -> WatchlistComplaints.Place

    /// The expectation; `nil` where something is wrong with it, which `complaints` then has.
    func read(_ node: JSONNode, into complaints: inout WatchlistComplaints) -> Expectation? {
        guard let elements = node.elements else {
            complaints.add("should be an array, not \(node.kind)", at: node.offset, place("expect"))
            return nil
        }
        guard Self.counts.contains(elements.count) else {
            complaints.add(
                "should have \(Self.counts.lowerBound) to \(Self.counts.upperBound) elements, not \(elements.count)",
                at: node.offset, place("expect"))
            return nil
        }
        let patterns = elements.enumerated().compactMap { index, element in
            pattern(element, at: place("expect[\(index)]"), into: &complaints)
        }
        return patterns.count == elements.count ? Expectation(patterns) : nil
    }

    private func pattern(
        _ node: JSONNode, at place: WatchlistComplaints.Place, into complaints: inout WatchlistComplaints
    ) -> String? {
        guard let text = complaints.name(node, at: place) else { return nil }
        // By scalars: an asterisk with an accent behind it is one character of Swift.
        guard !text.unicodeScalars.dropLast().contains("*") else {
            complaints.add("a * is allowed only at the end", at: node.offset, place)
            return nil
        }
        return text
    }
}
