/// The lines of a text with their numbers, without blanks at their ends. Empty ones are left out.
struct TextLines: Sequence {
    private let lines: [(number: Int, line: Substring.UnicodeScalarView)]

    init(_ text: String) {
        // By scalars: a carriage return with its line break is one character of Swift.
        lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
            .map { (number: $0 + 1, line: Self.trimmed($1)) }.filter { !$0.line.isEmpty }
    }

    var count: Int { lines.count }
    var first: (number: Int, line: Substring.UnicodeScalarView)? { lines.first }

    func makeIterator() -> IndexingIterator<[(number: Int, line: Substring.UnicodeScalarView)]> {
        lines.makeIterator()
    }

    static func trimmed(_ text: Substring.UnicodeScalarView) -> Substring.UnicodeScalarView {
        func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\t" || scalar == "\r" }
        guard let last = text.lastIndex(where: { !isBlank($0) }) else { return text[..<text.startIndex] }
        return text[...last].drop(while: isBlank)
    }
}
