import PrompterCore
import Testing

struct JSONReaderTests {
    private func read(_ text: String) throws(JSONSyntaxError) -> JSONDocument {
        try JSONDocument(Array(text.utf8))
    }

    @Test(arguments: [
        "null", "true", "[]", "{}", #"{"a":[1,-2.5e+10,"x"],"b":{"c":null}}"#, "0", "-0", "[[[]]]",
        #""é\u00e9\ud83d\ude00""#,
    ])
    func readsWhatIsJSON(text: String) throws {
        let again = try read(try read(text).root.plain.text)
        #expect(again.root.plain == (try read(text).root.plain))
    }

    @Test(arguments: [
        ("", 0), (" ", 1), ("{", 1), ("[1,]", 3), (#"{"a":1,}"#, 7), (#"{"a" 1}"#, 5), ("[1 2]", 3), ("01", 1),
        ("1.", 2),
        ("-", 1), ("1e", 2), ("tru", 3), ("nul1", 3), (#""a"#, 2), ("\"a\nb\"", 2), (#""\x""#, 2), (#""\u12g4""#, 5),
        ("{} x", 3), ("[\"a\" , }", 8 - 1), ("{a:1}", 1), ("'a'", 0), ("NaN", 0),
    ])
    func saysWhereItIsNoJSON(text: String, offset: Int) {
        do {
            _ = try read(text)
            Issue.record("\(text) was read")
        } catch {
            #expect(error.offset == offset, "\(text): \(error)")
        }
    }

    @Test func refusesWhatIsNotUTF8() {
        #expect(throws: JSONSyntaxError.self) { try JSONDocument([0x22, 0xFF, 0x22]) }
        #expect(throws: JSONSyntaxError.self) { try JSONDocument([0x22, 0x5C, 0x6E, 0xC0, 0x80, 0x22]) }
    }

    @Test func refusesTooManyValues() throws {
        let bytes = Array(#"{"a":[1,{},"x"]}"#.utf8)
        #expect(try JSONDocument(bytes, mostValues: 5).root["a"]?.elements?.count == 3)
        do {
            _ = try JSONDocument(bytes, mostValues: 4)
            Issue.record("was read")
        } catch {
            #expect(error.offset == 11 && error.message == "more than 4 values; is it the right file?")
        }
    }

    @Test func refusesDeepNesting() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        _ = try read(nested(64))
        #expect(throws: JSONSyntaxError.self) { try read(nested(65)) }
        #expect(throws: JSONSyntaxError.self) { try read(String(repeating: "[{\"a\":", count: 100_000)) }
        // Depth is counted, not the number of arrays.
        _ = try read("[" + Array(repeating: "[[]]", count: 1000).joined(separator: ",") + "]")
    }

    @Test func findsNamesThatStandTwice() throws {
        let few = try read(#"{"a":1,"b":{"x":1,"x":2},"a":3}"#)
        #expect(few.duplicateNames.map(\.nameOffset) == [18, 25])
        #expect(few.root["a"]?.integer == 1)
        let names = (0..<40).map { "\"n\($0)\":0" } + ["\"n7\":1", "\"n39\":1"]
        #expect(try read("{\(names.joined(separator: ","))}").duplicateNames.map(\.name) == ["n7", "n39"])
    }

    @Test func knowsWhereValuesStand() throws {
        let root = try read("\u{FEFF} {\"a\": [ 1, \"b\" ]}").root
        #expect(root.offset == 4)
        #expect(root["a"]?.offset == 10)
        #expect(root["a"]?.elements?.map(\.offset) == [12, 15])
    }

    @Test func halfAPairNamesNoCharacter() throws {
        #expect(try read(#""\ud83d""#).root.string == "\u{FFFD}")
        #expect(try read(#""\ud83dx""#).root.string == "\u{FFFD}x")
        #expect(try read(#""\ude00\ud83d\u0041""#).root.string == "\u{FFFD}\u{FFFD}A")
    }

    @Test func canonicalTextSortsMembers() throws {
        let left = try read(#"{"b":1,"a":{"d":2,"c":"\n\u0001\"\\"}}"#).root.plain
        let right = try read(#"{ "a" : {"c":"\n\u0001\"\\","d":2}, "b":1 }"#).root.plain
        #expect(left.canonicalText == right.canonicalText)
        #expect(left.canonicalText == #"{"a":{"c":"\n\u0001\"\\","d":2},"b":1}"#)
        #expect(left.text != right.text)
    }
}
