import ConformanceSuites
import Testing

@testable import PrompterCore

/// The table is a dictionary, and so is each copy of it, whatever happens to the others.
struct SnapshotTableTests {
    private typealias Copy = (table: SnapshotTable<Int, Int>, expected: [Int: Int])

    @Test(arguments: 1...20) func aCopyStaysAsItWas(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        var current = Copy(SnapshotTable(), [:])
        var copies: [Copy] = []
        for _ in 0..<400 {
            let (key, value) = (Int.random(in: 0..<150, using: &random), Int.random(in: 0..<1000, using: &random))
            switch Int.random(in: 0..<4, using: &random) {
            case 0:
                current.table.put(value, for: key)
                current.expected[key] = value
            case 1:
                current.table.change(key) { $0 += value }
                if let old = current.expected[key] { current.expected[key] = old + value }
            case 2:
                guard let place = current.table.place(of: key) else { continue }
                current.table[at: place] = value
                current.expected[key] = value
            default: copies.append(current)
            }
        }
        for copy in copies + [current] {
            #expect(copy.table.count == copy.expected.count)
            #expect(Set(copy.table.keys) == Set(copy.expected.keys))
            for key in 0..<150 { #expect(copy.table[key] == copy.expected[key]) }
        }
    }
}
