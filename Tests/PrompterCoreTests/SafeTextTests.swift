import PrompterCore
import Testing

struct SafeTextTests {
    @Test func nothingActsOnATerminal() {
        let nasty = "a\u{1B}[31m\nb\r\t\u{7F}\u{9B}\u{202E}\u{2028}\u{0}\"'\\ü😀"
        let safe = SafeText(nasty).description
        #expect(safe == #"a\u{1b}[31m\nb\r\t\u{7f}\u{9b}\u{202e}\u{2028}\u{0}"'\ü😀"#)
    }

    @Test func isBounded() {
        #expect(SafeText(String(repeating: "x", count: 10_000)).description.count == 257)
        #expect(SafeText("abc", limit: 3).description == "abc")
    }

    @Test func credentialsNeverPrint() {
        struct Holder { var credential = Credential("sk-canary") }
        var dumped = ""
        dump(Holder(), to: &dumped)
        let printed = "\(Credential("sk-canary")) \(String(reflecting: Holder())) \(dumped) \(Holder())"
        #expect(!printed.contains("canary"))
        #expect(Credential("sk-canary").reveal() == "sk-canary")
    }
}
