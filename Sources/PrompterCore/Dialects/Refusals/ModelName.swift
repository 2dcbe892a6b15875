/// The name of a model that was asked for, as an error may write it.
struct ModelName {
    private let name: String

    init(_ name: String) {
        self.name = name.lowercased()
    }

    /// Whether a word is the name, or has it with what servers put around it: `models/x`, `x:latest`, `x-20260101`. Another model of
    /// the family, as `x-mini`, is another.
    ///
    /// - Parameter word: in lower case.
    func isMeant(by word: String) -> Bool {
        Self.isSame(word, name) || Self.isSame(name, word)
    }

    /// Whether a word means the model where nothing calls it one: it can't be a word of the language.
    func isMeantAlone(by word: String) -> Bool {
        word.utf8.count > 1 && word.contains { !$0.isLetter } && isMeant(by: word)
    }

    private static func isSame(_ word: String, _ name: String) -> Bool {
        guard !name.isEmpty, !word.hasPrefix("/"), !word.contains("://"), let range = word.ranges(of: name).last else {
            return false
        }
        let before = word[..<range.lowerBound]
        let after = word[range.upperBound...]
        return (before.isEmpty || before.last == "/")
            && (after.isEmpty || [":", "@"].contains(after.first) || after == "-latest"
                || after.first == "-" && after.dropFirst().allSatisfy { $0.isNumber || $0 == "-" })
    }
}
