import Foundation
import OutsideParts
import PrompterCore
import Testing

/// A secret where it does not belong is not repeated to whoever reads the message about it.
@Suite(.timeLimit(.minutes(10))) struct MistakeTests {
    static let canary = Canary("misplaced", beginning: "sk-proj-", of: Canary.plain)

    /// Where it stands, and what is said of it.
    struct Mistake: Sendable, CustomTestStringConvertible {
        var name: String
        /// Members of the provider's entry, of the watch, and of the whole list.
        var provider = ""
        var watch = ""
        var list = ""
        var environment: [String: String] = [:]
        /// The file that the list may name.
        var file = ""
        var message: String

        var testDescription: String { name }
    }

    static let mistakes = [
        Mistake(name: "variable", provider: #""api_key_env":"\#(canary.secret)""#, message: "not a key"),
        Mistake(name: "file", provider: #""api_key_file":"\#(canary.secret)""#, message: "not a key"),
        Mistake(name: "member", provider: #""api_key":"\#(canary.secret)""#, message: "must not be"),
        Mistake(name: "member's name", provider: #""\#(canary.secret)":"x""#, message: "no such key"),
        Mistake(
            name: "probe", provider: #""probe":"\#(canary.secret)""#, message: "no kind of probe named \"<redacted>\""),
        Mistake(
            name: "header's name", provider: #""headers":{"\#(canary.secret)":7}"#, message: "should be a string"),
        Mistake(
            name: "header's value", provider: #""headers":{"Authorization":"Bearer \#(canary.secret)\u0001"}"#,
            message: "a credential must not be in the watchlist"),
        Mistake(
            name: "user of a URL", provider: #""base_url":"https://u:\#(canary.secret)@p.example""#,
            message: "must not contain a user or password"),
        Mistake(
            name: "query of a URL", provider: #""base_url":"https://p.example?key=\#(canary.secret)""#,
            message: "must not contain a query or fragment"),
        Mistake(
            name: "webhook", watch: #""on_change":{"webhook":"ftp://h/\#(canary.secret)"}"#,
            message: "should start with https:// or http://"),
        Mistake(
            name: "user of a webhook", watch: #""on_change":{"webhook":"https://u:\#(canary.secret)@h/"}"#,
            message: "must not contain a user or password"),
        Mistake(
            name: "severity", watch: #""on_change":{"webhook":"https://h/","severity":"\#(canary.secret)"}"#,
            message: "no severity named \"<redacted>\""),
        Mistake(
            name: "header file's name",
            watch: #""on_change":{"webhook":"https://h/","header_file":"Authorization: Bearer \#(canary.secret)"}"#,
            message: "should be the path of a file, not a header"),
        Mistake(
            name: "header file", watch: #""on_change":{"webhook":"https://h/","header_file":"file"}"#,
            file: "Authorization Bearer \(canary.secret)", message: "line 1 has no colon"),
        Mistake(
            name: "header file's header", watch: #""on_change":{"webhook":"https://h/","header_file":"file"}"#,
            file: "Bearer \(canary.secret): x", message: "line 1 does not start with a header name"),
        Mistake(
            name: "signing key", watch: #""on_change":{"webhook":"https://h/","signing_key_file":"\#(canary.secret)"}"#,
            message: "should be the path of a file, not a key"),
        Mistake(
            name: "format", watch: #""on_change":{"webhook":"https://h/","format":"whsec_\#(canary.secret)"}"#,
            message: "no format named \"<redacted>\""),
        Mistake(
            name: "routing key",
            watch: #""on_change":{"format":"pagerduty","routing_key_file":"\#(canary.secret)"}"#,
            message: "should be the path of a file, not a key"),
        Mistake(
            name: "signing key file", watch: #""on_change":{"webhook":"https://h/","signing_key_file":"file"}"#,
            file: canary.secret, message: "line 1 is not a signing key"),
        Mistake(
            name: "routing key file", watch: #""on_change":{"format":"pagerduty","routing_key_file":"file"}"#,
            file: "routing_key: \(canary.secret)", message: "should contain only the routing key"),
        Mistake(
            name: "two keys", provider: #""api_key_file":"file""#, file: "\(canary.secret)\n\(canary.secret)",
            message: "it has more than one line"),
        Mistake(
            name: "key and name", provider: #""api_key_file":"file""#, file: "OPENAI_API_KEY=\(canary.secret) x",
            message: "it contains a blank"),
        Mistake(
            name: "variable's name", provider: #""api_key_env":"KEY""#, environment: ["KEY": "Bearer \(canary.secret)"],
            message: "it contains a blank"),
        Mistake(
            name: "Redis", environment: ["REDIS_URL": "redis://u:\(canary.secret)@h:port/0"],
            message: "not a Redis address"),
        Mistake(
            name: "Redis without a scheme", environment: ["REDIS_URL": "\(canary.secret)@h:6379"],
            message: "not a Redis address"),
        Mistake(name: "text that is no JSON", list: #""x":"\#(canary.secret)" "#, message: "watchlist.json:"),
    ]

    @Test(arguments: mistakes) func isNotRepeated(_ mistake: Mistake) async throws {
        let provider = try FakeProvider { _ in .json("{}", status: 401) }
        try provider.start()
        defer { provider.stop() }
        func members(_ text: String) -> String { text.isEmpty ? "" : ",\(text)" }
        let url = mistake.provider.contains("base_url") ? "" : #","base_url":"\#(provider.baseURL)""#
        let site = try Site(
            """
            {"providers":{"p":{"dialect":"openai-compatible"\(url)\(members(mistake.provider))}},
             "watches":[{"template":"t","provider":"p","model":"m"\(members(mistake.watch))}]\(members(mistake.list))}
            """)
        let file = site.folder.path(of: "file")
        try mistake.file.write(toFile: file, atomically: true, encoding: .utf8)
        let search = CanarySearch([Self.canary])
        var said = ""
        for command in [["check", site.watchlist], ["run", "--once", "--log-level", "trace"], ["probe", "t"]] {
            let end = await site.run(
                command + (command[0] == "check" ? [] : site.options), environment: mistake.environment)
            said += end.output + end.errors
        }
        #expect(said.contains(mistake.message), "\(said)")
        #expect(search.canaries(in: said.utf8).isEmpty)
        for name in try FileManager.default.contentsOfDirectory(atPath: site.folder.path)
        where !["watchlist.json", "file"].contains(name) {
            let bytes = ChildProcess.run(["cat", "--", site.folder.path(of: name)]).output
            #expect(search.canaries(in: bytes).isEmpty, "\(name)")
        }
    }
}
