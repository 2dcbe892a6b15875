import PrompterCore
import Testing

/// What a watch expects and whom it tells, as the watchlist says it. What it may not say is in `Tests/Watchlists`.
struct OnChangeTests {
    private func watch(_ members: String, defaults: String = "", stubsOnly: Bool = false) throws -> Watch {
        let text = """
            {"defaults":{\(defaults)},"providers":{"p":{"dialect":"openai"}},
             "watches":[{"template":"t","provider":"p","model":"m"\(members)}]}
            """
        let source = WatchlistSource(
            file: "w.json", bytes: Array(text.utf8), folder: "/etc/p", stubsOnly: stubsOnly
        ) { path throws(WatchlistTextUnavailable) in throw WatchlistTextUnavailable(path) }
        return try #require(try Watchlist(source).watches.first)
    }

    @Test func isReadWhole() throws {
        let watch = try watch(
            """
            ,"expect":["gpt-4o-2024-08-06","fp_*"],
             "on_change":{"webhook":"https://hooks.example/T0/secret?x=1","header_file":"h","severity":"info"}
            """)
        #expect(watch.expectation?.patterns == ["gpt-4o-2024-08-06", "fp_*"])
        #expect(
            watch.webhook
                == Webhook(
                    url: "https://hooks.example/T0/secret?x=1", headerFile: "/etc/p/h", severity: .info))
    }

    @Test(arguments: Webhook.Format.allCases) func hasAFormatAndKeys(_ format: Webhook.Format) throws {
        let url = format == .alertmanager ? "http://127.0.0.1:9093/api/v2/alerts" : "https://h.example/x"
        let routing = format == .pagerduty ? #","routing_key_file":"r""# : ""
        let webhook = try watch(
            """
            ,"on_change":{"webhook":"\(url)","format":"\(format.rawValue)","signing_key_file":"/k"\(routing)}
            """
        ).webhook
        #expect(
            webhook
                == Webhook(
                    url: url, format: format, signingKeyFile: "/k",
                    routingKeyFile: format == .pagerduty ? "/etc/p/r" : nil))
        #expect(webhook?.files.map(\.kind) == (format == .pagerduty ? [.signingKeys, .routingKey] : [.signingKeys]))
    }

    @Test func goesToPagerDutyWhereItNamesNobodyElse() throws {
        let webhook = try watch(#","on_change":{"format":"pagerduty","routing_key_file":"r"}"#).webhook
        #expect(webhook?.url == "https://events.pagerduty.com/v2/enqueue" && webhook?.format == .pagerduty)
    }

    /// Another format or key sends what is pending, too; another service of PagerDuty's is another receiver.
    @Test func isTheSameReceiverInAnotherFormat() {
        let plain = Webhook(url: "https://h.example")
        #expect(plain.id == Webhook(url: plain.url, format: .slack, signingKeyFile: "/k", severity: .info).id)
        #expect(plain.id != Webhook(url: plain.url, routingKeyFile: "/r").id)
        #expect(
            Webhook(url: plain.url, headerFile: "/r").id != Webhook(url: plain.url, routingKeyFile: "/r").id)
    }

    @Test func isNothingAndMajorWhereNobodySays() throws {
        #expect(try watch("").expectation == nil && watch("").webhook == nil)
        #expect(try watch(#","on_change":{"webhook":"https://h.example"}"#).webhook?.severity == .major)
    }

    @Test func isTheDefaultsUnlessTheWatchSaysOtherwise() throws {
        let defaults = #""on_change":{"webhook":"https://h.example/all","header_file":"h","severity":"minor"}"#
        #expect(try watch("", defaults: defaults).webhook?.url == "https://h.example/all")
        // Whole: nothing of the defaults' is left, and no secret of one webhook goes to another.
        let own = try watch(#","on_change":{"webhook":"https://h.example/own"}"#, defaults: defaults).webhook
        #expect(own == Webhook(url: "https://h.example/own", headerFile: nil, severity: .major))
    }

    @Test func tellsNobodyWhereNobodyIsCalled() throws {
        let text = #","on_change":{"webhook":"https://h.example/x"},"expect":["a"]"#
        #expect(try watch(text, stubsOnly: true).webhook == nil)
        #expect(try watch(text, stubsOnly: true).expectation != nil)
    }

    @Test func makesTheWatchAnother() throws {
        let plain = try watch("")
        #expect(try plain == watch(""))
        #expect(try plain != watch(#","expect":["a"]"#))
        #expect(try plain != watch(#","on_change":{"webhook":"https://h.example"}"#))
    }

    @Test(arguments: [
        ("https://hooks.example/T0/secret?x=1", "https://hooks.example"),
        ("https://hooks.example:8443/secret", "https://hooks.example"),
        ("https://hooks.example?secret", "https://hooks.example"),
        ("http://[::1]:8080/secret", "http://[::1]"),
        ("HTTPS://H.EXAMPLE", "HTTPS://H.EXAMPLE"),
    ]) func showsNoMoreThanSchemeAndHost(_ url: String, _ shown: String) {
        #expect(Webhook(url: url).origin.description == shown)
    }
}
