/// What somebody who misspelt a word may have meant.
enum Suggestion {
    /// `; did you mean "openai"?` where one of `candidates` is near to `word`, else nothing.
    static func text(for word: String, among candidates: some Sequence<String>) -> String {
        guard word.count <= 64 else { return "" }
        let furthest = max(1, min(3, word.count / 3))
        let nearest = candidates.lazy
            .filter { abs($0.count - word.count) <= furthest }
            .map { (distance: distance(Array(word), Array($0)), candidate: $0) }
            .filter { $0.distance <= furthest }
            .min { ($0.distance, $0.candidate) < ($1.distance, $1.candidate) }
        return nearest.map { "; did you mean \"\($0.candidate)\"?" } ?? ""
    }

    /// How many characters must be put in, left out, changed or swapped with their neighbour to make one word of the other
    /// (the optimal string alignment distance).
    private static func distance(_ left: [Character], _ right: [Character]) -> Int {
        var rows = [Array(0...right.count)]
        for (row, character) in left.enumerated() {
            var costs = [row + 1]
            for (column, other) in right.enumerated() {
                var cost = min(
                    rows[row][column + 1] + 1, costs[column] + 1, rows[row][column] + (character == other ? 0 : 1))
                if row > 0, column > 0, character == right[column - 1], left[row - 1] == other {
                    cost = min(cost, rows[row - 1][column - 1] + 1)
                }
                costs.append(cost)
            }
            rows.append(costs)
        }
        return rows[left.count][right.count]
    }
}
