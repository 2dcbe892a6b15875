import PrompterCore
import Testing

struct WatchlistTests {
    private func read(_ text: String, stubsOnly: Bool = false) throws(InvalidWatchlist) -> Watchlist {
        try Watchlist(
            WatchlistSource(file: "w.json", bytes: Array(text.utf8), folder: "/etc/p", stubsOnly: stubsOnly) {
                path throws(WatchlistTextUnavailable) in
                guard path == "/etc/p/terse.txt" else {
                    throw WatchlistTextUnavailable("\(path): there is no such file")
                }
                return "Be terse."
            })
    }

    private func errors(_ text: String) -> [String] {
        do {
            _ = try read(text)
            return []
        } catch {
            return error.errors.map(\.description)
        }
    }

    private func watching(_ watches: String, providers: String = #""openai":{"dialect":"openai"}"#) -> String {
        #"{"providers":{\#(providers)},"watches":[\#(watches)]}"#
    }

    @Test func readsEverything() throws {
        let list = try read(
            """
            {
              "$schema": "./watchlist.schema.json",
              "defaults": {"org": "acme", "workspace": "prod", "interval": "15m", "timeout": "20s"},
              "providers": {
                "openai": {"dialect": "openai", "api_key_env": "KEY", "headers": {"OpenAI-Project": "p"}, "concurrency": 2,
                           "requests_per_minute": 60},
                "local": {"dialect": "openai-compatible", "base_url": "http://127.0.0.1:8000/v1/", "ca_file": "ca.pem",
                          "api_key_file": "keys/local"}
              },
              "watches": [
                {"template": "t1", "provider": "openai", "model": "gpt-4o"},
                {"template": "t2", "provider": "local", "model": "m", "org": "o", "workspace": "w", "interval": "1h",
                 "timeout": "1m", "system_instructions_file": "terse.txt", "inference_params": {"seed": 1}},
                {"template": "t3", "provider": "local", "model": "m", "enabled": false}
              ]
            }
            """)
        #expect(list.watches.count == 2 && list.targets.count == 2)
        let (first, second) = (list.watches[0], list.watches[1])
        #expect(
            first.key == Watch.Key(org: "acme", workspace: "prod", template: "t1", provider: "openai", model: "gpt-4o"))
        #expect(first.target.interval == .seconds(900) && first.target.timeout == .seconds(20))
        #expect(first.target.provider.baseURL == "https://api.openai.com/v1")
        #expect(first.target.provider.concurrency == 2 && first.target.provider.requestsPerMinute == 60)
        #expect(second.target.provider.requestsPerMinute == nil)
        #expect(first.target.provider.credentialPlace == .environment("KEY"))
        #expect(first.target.provider.headers == [HTTPHeader("OpenAI-Project", "p")])
        #expect(second.key.org == "o" && second.key.workspace == "w")
        #expect(second.target.provider.baseURL == "http://127.0.0.1:8000/v1")
        #expect(second.target.provider.authorityFile == "/etc/p/ca.pem")
        #expect(second.target.provider.credentialPlace == .file("/etc/p/keys/local"))
        #expect(second.target.systemInstructions == "Be terse.")
        #expect(second.target.interval == .seconds(3600) && second.target.timeout == .seconds(60))
    }

    @Test func aWatchThatSaysLittleHasTheUsual() throws {
        let watch = try #require(try read(watching(#"{"template":"t","provider":"openai","model":"m"}"#)).watches.first)
        #expect(watch.key.org == "default" && watch.key.workspace == "default")
        #expect(watch.target.interval == .seconds(3600) && watch.target.timeout == .seconds(30))
        let quick = try read(watching(#"{"template":"t","provider":"openai","model":"m","interval":"1s"}"#))
        #expect(quick.targets[0].timeout == .seconds(1))
    }

    @Test func watchesThatMakeTheSameCallShareATarget() throws {
        let list = try read(
            watching(
                """
                {"template":"a","provider":"openai","model":"m","interval":"1h","timeout":"10s"},
                {"template":"b","provider":"openai","model":"m","interval":"10m","timeout":"5s"},
                {"template":"c","provider":"openai","model":"m","inference_params":{"seed":1,"x":[1]}},
                {"template":"d","provider":"openai","model":"m","inference_params":{"x":[1], "seed":1}},
                {"template":"e","provider":"openai","model":"m","system_instructions":"Be terse."},
                {"template":"f","provider":"openai","model":"m","system_instructions_file":"terse.txt"},
                {"template":"g","provider":"openai","model":"m","system_instructions":""}
                """))
        #expect(list.targets.count == 4)
        #expect(
            list.watches.map { $0.target.id == list.watches[0].target.id } == [
                true, true, false, false, false, false, false,
            ])
        #expect(list.watches[2].target === list.watches[3].target && list.watches[4].target === list.watches[5].target)
        #expect(list.targets[0].interval == .seconds(600) && list.targets[0].timeout == .seconds(10))
    }

    @Test func stubAndLiveNeverShare() throws {
        let text = watching(#"{"template":"t","provider":"openai","model":"m"}"#)
        #expect(try read(text).targets[0].id != (try read(text, stubsOnly: true).targets[0].id))
    }

    @Test func everyErrorIsReportedWithItsPlace() {
        let text = """
            {
              "default": {},
              "providers": {
                "openai": {"dialect": "opnai"},
                "eu": {"dialect": "openai-compatible"},
                "key": {"dialect": "openai", "api_key": "sk-1", "headers": {"Authorization": "Bearer x"}},
                "plain": {"dialect": "openai-compatible", "base_url": "http://10.0.0.1/v1", "api_key_env": "K"}
              },
              "watches": [
                {"template": "t", "provider": "opneai", "model": "m", "intervall": "1h"},
                {"template": "", "provider": "openai", "model": 3, "interval": "1 hour", "timeout": "2h"},
                {"provider": "key", "model": "é", "timeout": "2h", "enabled": "yes"},
                {"template": "x", "provider": "key", "model": "m", "inference_params": {"stream": true},
                 "system_instructions_file": "absent.txt"},
                {"template": "x", "provider": "key", "model": "m"}
              ]
            }
            """
        #expect(
            errors(text) == [
                #"w.json:2:3: default: no such key; did you mean "defaults"?"#,
                #"w.json:4:27: providers.openai.dialect: no dialect named "opnai"; did you mean "openai"?"#,
                #"w.json:5:11: providers.eu: "base_url" is missing; the dialect openai-compatible has no default"#,
                #"w.json:6:34: providers.key.api_key: a credential must not be in the watchlist; name its location with "api_key_file" or "api_key_env""#,
                #"w.json:6:65: providers.key.headers.Authorization: a credential must not be in the watchlist; name its location with "api_key_file" or "api_key_env""#,
                #"w.json:7:59: providers.plain.base_url: a credential is never sent over plain HTTP except to a loopback address; use https://"#,
                #"w.json:10:35: watches[0].provider: no provider named "opneai"; did you mean "openai"?"#,
                #"w.json:10:59: watches[0].intervall: no such key; did you mean "interval"?"#,
                #"w.json:11:18: watches[1].template: must not be empty"#,
                #"w.json:11:53: watches[1].model: should be a string, not a number"#,
                #"w.json:11:68: watches[1].interval: "1 hour" is not a duration such as "30s", "15m", "1h", "1h30m" or "1d""#,
                #"w.json:11:89: watches[1].timeout: should be from 1ms to 1h"#,
                #"w.json:12:5: watches[2]: "template" is missing"#,
                #"w.json:12:50: watches[2].timeout: should be from 1ms to 1h"#,
                #"w.json:12:67: watches[2].enabled: should be true or false, not a string"#,
                #"w.json:13:77: watches[3].inference_params.stream: is set by the probe and can't be set here"#,
                #"w.json:14:34: watches[3].system_instructions_file: /etc/p/absent.txt: there is no such file"#,
                #"w.json:15:5: watches[4]: is the same as watches[3]; org, workspace, template, provider and model together must be unique"#,
            ])
    }

    @Test(arguments: [
        ("", "w.json:1:1: the document is empty"),
        ("{\n \"providers\": {},\n \"watches\": [\n}", "w.json:4:1: expected a value here"),
        ("[]", "w.json:1:1: should be an object, not an array"),
        (#"{"providers":{},"watches":[],"watches":[]}"#, #"w.json:1:30: the key "watches" is repeated here"#),
        (#"{"providers":{},"watches":{}}"#, "w.json:1:27: watches: should be an array, not an object"),
        (
            #"{"providers":{"a/b":{"dialect":"stub"}},"watches":[]}"#,
            "w.json:1:15: providers.a/b: a provider's name consists of up to 64 letters, digits, dots, hyphens and underscores and starts with a letter or digit"
        ),
    ])
    func oneErrorSaysWhere(text: String, message: String) {
        #expect(errors(text) == [message])
    }

    @Test func aTimeoutOverTheIntervalIsRefused() {
        #expect(
            errors(watching(#"{"template":"t","provider":"openai","model":"m","interval":"5s","timeout":"6s"}"#))
                == ["w.json:1:131: watches[0].timeout: the timeout (6s) is longer than the interval (5s)"])
        #expect(
            errors(#"{"defaults":{"interval":"5s","timeout":"6s"},"providers":{},"watches":[]}"#)
                == ["w.json:1:40: defaults.timeout: the timeout (6s) is longer than the interval (5s)"])
    }

    @Test(arguments: [
        "ftp://x", "https://", "https://u:p@x/v1", "https://x/v1?key=1", "https://x/#f", "https://x y", "https://x\\y",
        "x",
    ])
    func badAddressesAreRefused(url: String) {
        let text = watching(
            "", providers: #""a":{"dialect":"openai","base_url":"\#(url.replacing("\\", with: "\\\\"))"}"#)
        #expect(errors(text).count == 1)
    }

    @Test func manyWatchesAreRead() throws {
        let watches = (0..<100_000).map {
            #"{"template":"t-\#($0)","provider":"openai","model":"m-\#($0)","interval":"1h"}"#
        }
        let list = try read(watching(watches.joined(separator: ",\n")))
        #expect(list.targets.count == 100_000 && list.watches.count == 100_000)
        #expect(Set(list.targets.map(\.id)).count == 100_000)
    }
}
