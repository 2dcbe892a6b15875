import Testing

@testable import prompterd_bench

struct ComparisonTableTests {
    private static func row(_ goal: ComparisonRow.Goal, besides: Bool = true) -> ComparisonRow {
        ComparisonRow(
            topic: "pipeline", work: "stubs", unit: .perSecond,
            own: .own(OwnRun("pipeline", ["--targets": 1000]), "probes_per_second"),
            beside: besides ? .reference(.sqlite) : nil, goal: goal)
    }

    @Test func ratioIsTheMedianOfTheRounds() {
        let line = ComparisonTable.Line(Self.row(.times(3)), [(40, 10), (90, 10), (20, 10)])
        #expect(line.own == 40)
        #expect(line.ratio == 4)
        #expect(line.isMet == true)
    }

    @Test func costIsTheOtherWayRound() {
        let line = ComparisonTable.Line(Self.row(.cost(1.3)), [(10, 15)])
        #expect(line.ratio == 1.5)
        #expect(line.isMet == false)
    }

    @Test func missingFiguresAreToldOf() {
        let lines = [
            ComparisonTable.Line(Self.row(.times(40)), [(40_123, nil)]),
            ComparisonTable.Line(Self.row(.atLeast(500), besides: false), [(499, nil)]),
        ]
        let table = ComparisonTable(lines: lines, notes: ["SQLite in C: gcc: No such file or directory"])
        #expect(
            table.text == """
                | work  | prompterd | beside it     | ratio | goal    | met |
                |-------|-----------|---------------|-------|---------|-----|
                | stubs | 40,123/s  | SQLite in C – | –     | ≥ 40 ×  | –   |
                | stubs | 499/s     |               |       | ≥ 500/s | no  |

                – SQLite in C: gcc: No such file or directory
                """)
    }
}
