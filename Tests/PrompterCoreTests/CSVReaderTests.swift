import ConformanceSuites
import PrompterCore
import Testing

struct CSVReaderTests {
    private func records(_ text: String, chunk: Int = .max) -> [CSVReader.Record] {
        var reader = CSVReader()
        var rest = Array(text.utf8)[...]
        var records: [CSVReader.Record] = []
        while !rest.isEmpty {
            records += reader.take(rest.prefix(chunk))
            rest = rest.dropFirst(chunk)
        }
        return records + (reader.finish().map { [$0] } ?? [])
    }

    private func fields(_ text: String) -> [[String]] { records(text).map(\.fields) }

    @Test func cutsRecords() {
        #expect(fields("a,b\n1,2\n") == [["a", "b"], ["1", "2"]])
        #expect(fields("a,b\r\n1,2") == [["a", "b"], ["1", "2"]])
        #expect(fields("a,,\n,\n\"\"\n") == [["a", "", ""], ["", ""], [""]])
        #expect(fields("\n\r\na\n\n\n") == [["a"]])
        #expect(fields("\u{FEFF}a,b\n") == [["a", "b"]])
        #expect(fields("") == [])
    }

    @Test func readsQuotes() {
        #expect(fields(#""a,b","c ""d""",e"#) == [["a,b", "c \"d\"", "e"]])
        #expect(fields("\"a\nb\r\nc\",d\r\ne,f\r\n") == [["a\nb\r\nc", "d"], ["e", "f"]])
        #expect(records("a\n\"b\nc\"\nd\n").map(\.line) == [1, 2, 4])
    }

    @Test func saysWhatIsWrongAndGoesOn() {
        let found = records("a,b\na\"b,c\n\"a\"b,c\r\nd,e\n\"open\nf,g\n")
        #expect(found.map(\.line) == [1, 2, 3, 4, 5])
        #expect(found.map { $0.complaint == nil } == [true, false, false, true, false])
        #expect(found[4].complaint == "unclosed quote")
        var reader = CSVReader()
        #expect(reader.take([0x61, 0x2C, 0xFF, 0x0A])[0].complaint == "field 2 is not UTF-8")
    }

    @Test func keepsNoMoreThanARecord() {
        var reader = CSVReader()
        let chunk = [UInt8](repeating: 0x61, count: 1 << 16)
        _ = reader.take([UInt8(ascii: "\"")])
        for _ in 0..<64 { #expect(reader.take(chunk) == []) }
        #expect(reader.finish()?.complaint?.contains("longer") == true)
    }

    @Test func boundsTheFields() {
        let most = CSVReader.mostFields
        let wide = String(repeating: ",", count: most - 1)
        let found = records("\(wide)\n\(wide),\na\n\"x\ny\",\(wide)\nb")
        #expect(found.map(\.line) == [1, 2, 3, 4, 6] && found[0].fields.count == most)
        #expect(found.map { $0.complaint == nil } == [true, false, true, false, true])
        #expect(found[1].complaint == "the record has more than 1000 fields" && found[1].fields == [])
        var reader = CSVReader()
        let chunk = [UInt8](repeating: UInt8(ascii: ","), count: 1 << 20)
        for _ in 0..<16 { #expect(reader.take(chunk) == []) }
        #expect(reader.finish()?.complaint == "the record has more than 1000 fields")
    }

    @Test func readsWhatWasWritten() {
        var random = SeededGenerator(seed: 3)
        let letters = ["a", "ü", ",", "\"", "\n", "\r", " ", "\r\n", "😀"]
        for _ in 0..<500 {
            let rows = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                (0..<3).map { _ in
                    (0..<Int.random(in: 0...4, using: &random)).map { _ in letters.randomElement(using: &random)! }
                        .joined()
                }
            }
            let text = rows.map { row in
                row.map { "\"\($0.replacing("\"", with: "\"\""))\"" }.joined(separator: ",")
            }.joined(separator: "\r\n")
            let chunk = Int.random(in: 1...7, using: &random)
            #expect(records(text, chunk: chunk).map(\.fields) == rows, "\(text)")
        }
    }
}
