/// The words of one sentence of an error, in lower case and without the marks around them, to look for phrases in.
struct Sentence {
    let words: [String]
    /// The words between its colons and its dashes.
    let clauses: [ArraySlice<String>]

    private init(words: [String], ends: Set<Int>) {
        self.words = words
        var clauses: [ArraySlice<String>] = []
        var start = 0
        for end in ends.union([words.count]).sorted() where end > start {
            clauses.append(words[start..<end])
            start = end
        }
        self.clauses = clauses
    }

    /// The sentences of `text`. A name such as `llama3.2:8b` is one word.
    static func all(in text: String) -> [Sentence] {
        var text = text.lowercased()
        for (short, long) in [("’", "'"), ("cannot", "can not"), ("can't", "can not"), ("n't", " not")] {
            text.replace(short, with: long)
        }
        var sentences: [Sentence] = []
        var words: [String] = []
        var ends: Set<Int> = []
        func end() {
            sentences.append(Sentence(words: words, ends: ends))
            (words, ends) = ([], [])
        }
        for part in text.split(whereSeparator: { ";\n\r".contains($0) }) {
            for word in part.split(whereSeparator: { $0.isWhitespace || marks.contains($0) }) {
                let isDash = ["-", "–", "—"].contains(word)
                let name = isDash ? "" : trimmed(word)
                if !name.isEmpty { words.append(String(name)) }
                if isDash || word.last == ":" { ends.insert(words.count) }
                guard let last = word.last, ".!?".contains(last) else { continue }
                end()
            }
            end()
        }
        return sentences.filter { !$0.words.isEmpty }
    }

    private static let marks: Set<Character> = [
        "\"", "'", "`", "(", ")", "[", "]", "{", "}", "<", ">", ",", "|", "=", "*", "，", "“", "”",
    ]

    private static func trimmed(_ word: Substring) -> Substring {
        var word = word.drop { ".:!?".contains($0) }
        while let last = word.last, ".:!?。".contains(last) { word.removeLast() }
        return word
    }

    /// Whether one of `words` is in it.
    func has(anyOf words: Set<String>) -> Bool { self.words.contains(where: words.contains) }

    /// Whether `phrase`, words with a space between them, is in it.
    func has(_ phrase: String) -> Bool { words.indices.contains { words[...].end(of: phrase, at: $0) != nil } }
}

extension ArraySlice<String> {
    /// Where `phrase` ends, words with a space between them, that begins at `place`; `nil` where it does not.
    func end(of phrase: String, at place: Int) -> Int? {
        // Most phrases begin otherwise, which is seen without taking them apart.
        guard indices.contains(place), phrase.hasPrefix(self[place]) else { return nil }
        let phrase = phrase.split(separator: " ")
        let end = place + phrase.count
        guard end <= endIndex, zip(phrase, self[place...]).allSatisfy({ $0 == $1 }) else { return nil }
        return end
    }

    /// Where the longest of `phrases` ends that begins at `place`; `nil` where none does.
    func end(ofAny phrases: [String], at place: Int) -> Int? { phrases.compactMap { end(of: $0, at: place) }.max() }
}
