/// The words of one sentence of an error, in lower case and without the marks around them, to look for phrases in.
struct Sentence {
    let words: [String]
    /// The places of the words that a colon stands behind.
    var colons: Set<Int> = []

    /// The sentences of `text`. A name such as `llama3.2:8b` is one word.
    static func all(in text: String) -> [Sentence] {
        var text = text.lowercased()
        for (short, long) in [("’", "'"), ("cannot", "can not"), ("can't", "can not"), ("n't", " not")] {
            text.replace(short, with: long)
        }
        var sentences: [Sentence] = []
        var words: [String] = []
        var colons: Set<Int> = []
        func end() {
            sentences.append(Sentence(words: words, colons: colons))
            (words, colons) = ([], [])
        }
        for part in text.split(whereSeparator: { ";\n\r".contains($0) }) {
            for word in part.split(whereSeparator: { $0.isWhitespace || marks.contains($0) }) {
                let name = trimmed(word)
                if !name.isEmpty { words.append(String(name)) }
                if word.last == ":", !words.isEmpty { colons.insert(words.count - 1) }
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
    func has(_ phrase: String) -> Bool { words.indices.contains { begins(phrase, at: $0) != nil } }

    /// Where `phrase` ends that begins at `place`; `nil` where it does not.
    func begins(_ phrase: String, at place: Int) -> Int? {
        let phrase = phrase.split(separator: " ")
        let end = place + phrase.count
        guard end <= words.count, zip(phrase, words[place...]).allSatisfy({ $0 == $1 }) else { return nil }
        return end
    }
}
