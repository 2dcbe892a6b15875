import Testing

@testable import prompterd

struct TextTableTests {
    private static func table(_ rows: [[String]], dispensable: [String] = []) -> TextTable {
        var table = TextTable(["TEMPLATE", "MODEL", "LAST SUCCESS"], dispensable: dispensable)
        for row in rows { table.add(row) }
        return table
    }

    private static let rows = [
        ["first", "meta-llama/Meta-Llama-3.1-70B-Instruct-2024-07-23", "3m ago"],
        ["second", "meta-llama/Meta-Llama-3.1-70B-Instruct-2024-07-24", "4m ago"],
    ]

    @Test func isALineARowWhereNoTerminalReads() {
        #expect(
            Self.table(Self.rows).text(width: nil, isColoured: false) == """
                TEMPLATE  MODEL                                              LAST SUCCESS
                first     meta-llama/Meta-Llama-3.1-70B-Instruct-2024-07-23  3m ago
                second    meta-llama/Meta-Llama-3.1-70B-Instruct-2024-07-24  4m ago
                """)
    }

    @Test func goesOnBelowWhereItIsTooWide() {
        #expect(
            Self.table(Self.rows).text(width: 45, isColoured: false) == """
                TEMPLATE  MODEL                       LAST
                                                      SUCCESS
                first     meta-llama/Meta-Llama-3.1-  3m ago
                          70B-Instruct-2024-07-23
                second    meta-llama/Meta-Llama-3.1-  4m ago
                          70B-Instruct-2024-07-24
                """)
    }

    @Test func doesWithoutAColumnFirst() {
        let text = Self.table(Self.rows, dispensable: ["LAST SUCCESS"]).text(width: 60, isColoured: false)
        #expect(text.split(separator: "\n").count == 3 && !text.contains("ago"), "\(text)")
        let wide = Self.table(Self.rows, dispensable: ["LAST SUCCESS"]).text(width: 80, isColoured: false)
        #expect(wide.contains("LAST SUCCESS"))
    }

    /// Whatever its rows hold, each fits, and nothing of a name is lost.
    @Test(arguments: 13...120) func fitsAnyTerminal(_ width: Int) {
        let models = ["模型-日本語-한국어-テスト", "🚀🚀🚀-model-👩‍🚀", "e\u{301}te\u{301}", String(repeating: "x", count: 300), ""]
        let text = Self.table(models.map { [$0, $0, "1d ago"] }).text(width: width, isColoured: false)
        let lines = text.split(separator: "\n")
        #expect(lines.allSatisfy { TextWidth.of($0) <= width }, "\(text)")
        for character in "模型日本語한국어テスト🚀👩‍🚀" { #expect(text.contains(character)) }
        #expect(text.count { $0 == "x" } == 600)
    }

    @Test(arguments: [
        ("", 0), ("abc", 3), ("模型", 4), ("ﾃｽﾄ", 3), ("ＡＢ", 4), ("한국", 4), ("\u{1112}\u{1161}\u{11AB}", 2), ("é", 1),
        ("e\u{301}", 1), ("🚀", 2), ("👩‍🚀", 2), ("🇩🇪", 2), ("❤", 1), ("❤️", 2), ("a\u{200B}b", 2), ("→…±", 3), ("𠀀", 2),
    ])
    func countsColumns(_ text: String, _ count: Int) {
        #expect(TextWidth.of(text) == count)
    }

    @Test func alignsWideText() {
        #expect(
            Self.table([["模型", "a", "x"], ["b", "🚀", "y"]]).text(width: nil, isColoured: false, hasHeader: false) == """
                模型  a   x
                b     🚀  y
                """)
    }
}
