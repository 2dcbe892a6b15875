import Foundation
import OutsideParts
import Testing

/// The commands, as a user gives them.
struct CommandTests {
    private func object(_ end: Program.End) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(end.output.utf8)) as? [String: Any])
    }

    private func array(_ end: Program.End) throws -> [[String: Any]] {
        try #require(try JSONSerialization.jsonObject(with: Data(end.output.utf8)) as? [[String: Any]])
    }

    @Test func checkSaysWhatIsWrongAndWhere() async throws {
        let site = try Site(Site.stubs(3))
        let good = await site.run(["check", site.watchlist])
        #expect(good.status == 0 && good.output == "\(site.watchlist): valid; 3 watches, 3 targets\n")
        try site.write(#"{"providers":{"openai":{"dialect":"stub"}},"watches":[{"template":"t","provider":"opnai"}]}"#)
        let bad = await site.run(["check", site.watchlist])
        #expect(bad.status == 1)
        #expect(
            bad.output == """
                \(site.watchlist):1:55: watches[0]: "model" is missing
                \(site.watchlist):1:82: watches[0].provider: no provider named "opnai"; did you mean "openai"?

                """)
        let json = try object(await site.run(["check", "--format", "json", site.watchlist]))
        #expect(json["valid"] as? Bool == false)
        let errors = try #require(json["errors"] as? [[String: Any]])
        #expect(errors.count == 2 && errors[1]["line"] as? Int == 1 && errors[1]["column"] as? Int == 82)
        let absent = await site.run(["check", "/nonexistent/w.json"])
        #expect(absent.status == 1 && absent.output.hasPrefix("/nonexistent/w.json: no such file"))
    }

    @Test func onceSeesToEveryTargetAndStatusShowsIt() async throws {
        let site = try Site(Site.stubs(20))
        let end = await site.start(["--once"]).end()
        #expect(end.status == 0, "\(end.errors)")
        #expect(try site.number("SELECT count(*) FROM observations") == 20)
        #expect(try site.number("SELECT count(*) FROM prompt_versions WHERE source = 'stub'") == 20)
        let status = try array(await site.run(["status", "--database", site.database, "--format", "json"]))
        #expect(status.count == 20)
        let one = try array(
            await site.run(["status", "--database", site.database, "--format", "json", "--template", "t-7"]))
        let versions = try #require(one.first?["versions"] as? [[String: Any]])
        // echo -n openai:m-7 | sha256sum
        #expect(versions.first?["provider_version_key"] as? String == "fp_stub_\(try hash8("openai:m-7"))")
        let table = await site.run(["status", "--database", site.database])
        #expect(table.output.split(separator: "\n").count == 21 && table.output.hasPrefix("TEMPLATE"))
        // The slot is observed: a second round calls nobody.
        _ = await site.start(["--once"]).end()
        #expect(try site.number("SELECT count(*) FROM observations") == 20)
    }

    private func hash8(_ text: String) throws -> String {
        let end = ChildProcess.run(["sh", "-c", "printf %s '\(text)' | sha256sum | cut -c1-8"])
        return String(decoding: end.output, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    @Test func onceFailsWhereATargetFails() async throws {
        let site = try Site(
            """
            {"providers":{"mystery":{"dialect":"stub"}},
             "watches":[{"template":"t","provider":"mystery","model":"m"}]}
            """)
        let end = await site.start(["--once"]).end()
        #expect(end.status == 1 && end.errors.contains("no_version"))
        #expect(try site.number("SELECT count(*) FROM versions") == 0)
        let shown = await site.run(["status", "--database", site.database])
        #expect(shown.output.contains("no_version") && shown.output.contains("never"))
    }

    @Test func probeProbesOnceASlot() async throws {
        let site = try Site(Site.stubs(1))
        let first = try array(await site.run(["probe", "t-0", "--format", "json"] + site.options))
        #expect(first.first?["source"] as? String == "probed" && first.first?["is_new"] as? Bool == true)
        let second = try array(await site.run(["probe", "t-0", "--format", "json"] + site.options))
        #expect(second.first?["source"] as? String == "known" && second.first?["is_new"] as? Bool == false)
        let forced = try array(await site.run(["probe", "t-0", "--force", "--format", "json"] + site.options))
        #expect(forced.first?["source"] as? String == "probed" && forced.first?["is_new"] as? Bool == false)
        #expect(try site.number("SELECT sightings FROM prompt_versions") == 2)
        let text = await site.run(["probe", "t-0"] + site.options)
        #expect(text.output.hasPrefix("t-0 openai m-0: fp_stub_") && text.output.contains("known since"))
        let unknown = await site.run(["probe", "nonsense"] + site.options)
        #expect(unknown.status == 1 && unknown.errors.contains("no template named \"nonsense\" is in "))
    }

    @Test(arguments: [false, true]) func probeCallsATargetOnceForAllItsWatches(isForced: Bool) async throws {
        let watches = ["a", "b", "c"].map { #"{"org":"\#($0)","template":"t","provider":"openai","model":"m-1"}"# }
        let site = try Site(
            #"{"providers":{"openai":{"dialect":"stub"}},"watches":[\#(watches.joined(separator: ",")),"#
                + #"{"template":"t","provider":"openai","model":"m-2"}]}"#)
        let force = isForced ? ["--force"] : []
        let answers = try array(await site.run(["probe", "t", "--format", "json"] + force + site.options))
        #expect(answers.compactMap { $0["org"] as? String } == ["a", "b", "c", "default"])
        #expect(answers.allSatisfy { $0["source"] as? String == "probed" && $0["is_new"] as? Bool == true })
        #expect(Set(answers.prefix(3).compactMap { $0["captured_at"] as? String }).count == 1)
        #expect(try site.number("SELECT count(*) FROM observations") == 2)
    }

    @Test func probeImportsWhatAnotherInstanceObserved() async throws {
        let redis = try await RedisServer(on: .port)
        let (left, right) = (try Site(Site.stubs(1)), try Site(Site.stubs(1)))
        let environment = ["REDIS_URL": redis.url]
        let first = try array(
            await left.run(["probe", "t-0", "--format", "json"] + left.options, environment: environment))
        let second = try array(
            await right.run(["probe", "t-0", "--format", "json"] + right.options, environment: environment))
        #expect(first.first?["source"] as? String == "probed")
        #expect(second.first?["source"] as? String == "observed" && second.first?["is_new"] as? Bool == true)
        #expect(first.first?["captured_at"] as? String == second.first?["captured_at"] as? String)
        await redis.stop()
    }

    @Test func disabledProbesCallNobody() async throws {
        let site = try Site(Site.stubs(2))
        let disabled = ["PROMPTER_PROBE_DISABLED": "1"]
        let end = await site.start(["--once"], environment: disabled).end()
        #expect(end.status == 0 && end.errors.contains("probes are disabled"))
        #expect(try site.number("SELECT count(*) FROM observations") == 0)
        let probe = await site.run(["probe", "t-0"] + site.options, environment: disabled)
        #expect(probe.status == 1 && probe.errors.contains("not probed: probes are disabled (PROMPTER_PROBE_DISABLED)"))
        let json = await site.run(["probe", "t-0", "--format", "json"] + site.options, environment: disabled)
        #expect(json.output.contains(#""not_made":"disabled""#) && !json.output.contains("failure"), "\(json.output)")
    }

    @Test func checkWarnsOfFilesThatTheListNames() async throws {
        let site = try Site(
            """
            {"defaults":{"on_change":{
               "webhook":"https://hooks.example/x","format":"pagerduty","header_file":"no-headers",
               "routing_key_file":"routing","signing_key_file":"signing"}},
             "providers":{"openai":{"dialect":"stub"}},"watches":[{"template":"t","provider":"openai","model":"m"}]}
            """)
        for name in ["routing", "signing"] {
            let path = site.folder.path(of: name)
            try String(repeating: "0", count: 32).write(toFile: path, atomically: true, encoding: .utf8)
            #expect(chmod(path, 0o644) == 0)
        }
        let end = await site.run(["check", site.watchlist])
        for (kind, name, fault) in [
            ("header file", "no-headers", "no such file"),
            ("routing key file", "routing", "every user on this machine"),
            ("signing key file", "signing", "line 1 is not a signing key"),
        ] {
            let line = "warning: \(kind) \(site.folder.path(of: name)): \(fault)"
            #expect(end.status == 0 && end.errors.contains(line), "\(end.errors)")
        }
    }

    /// As a service's reload asks: by the database alone, whatever the shell says.
    @Test func checkFindsTheListInUse() async throws {
        let site = try Site(Site.stubs(1))
        let asked = ["check", "--in-use", "--database", site.database]
        let elsewhere = ["PROMPTERD_WATCHLIST": "/nonexistent/w.json"]
        #expect(await site.run(asked, environment: elsewhere).status == 1)
        let program = try await site.ready()
        #expect(await site.run(asked, environment: elsewhere).output == "\(site.watchlist): valid; 1 watch, 1 target\n")
        try site.write(Site.stubs(1).replacing("watches", with: "watchs"))
        let bad = await site.run(asked, environment: elsewhere)
        #expect(bad.status == 1 && bad.output.contains("\(site.watchlist):1:"), "\(bad)")
        try site.write(#"{"providers":{"p":{"dialect":"openai","api_key_file":"none"}},"watches":[]}"#)
        #expect(await site.run(["check", site.watchlist]).errors.contains("warning: "))
        #expect(await site.run(asked).errors.isEmpty)
        #expect(await site.run(asked + [site.watchlist]).status == 64)
        #expect(await program.stop().status == 0)
    }

    /// The metrics take the place of what stands at their path.
    @Test(arguments: ["database", "-wal", ".watchlist.json", "watchlist"])
    func aTextfileReplacesNothingOfOurs(what: String) async throws {
        let site = try Site(Site.stubs(1))
        let path =
            switch what {
            case "database": site.database
            case "watchlist": site.watchlist.replacing("/watchlist", with: "/./watchlist")
            default: site.database + what
            }
        let options = ["--watchlist", site.watchlist, "--database", site.database, "--textfile", path]
        let end = await site.run(["run", "--once"] + options)
        #expect(end.status == 78 && end.errors.contains("would replace"), "\(end.errors)")
        #expect(await site.run(["check", site.watchlist]).status == 0)
    }

    /// A reader that is full or gone takes no status away.
    @Test(arguments: ["2>/dev/full", "2>&-"]) func whoseErrorsNobodyTakesEndsAsUsual(redirection: String) async throws {
        let site = try Site("{")
        let end = await site.start(wrapper: ["sh", "-c", "exec \"$@\" \(redirection)", "sh"]).end()
        #expect(end.status == 78)
    }

    /// What kept a call from being made is no failure of the provider's.
    @Test func whatWasNotMadeIsNoFailure() async throws {
        let site = try Site(Site.stubs(1))
        #expect(await site.start(["--once"], environment: ["PROMPTER_PROBE_DISABLED": "1"]).end().status == 0)
        let end = Int64((Date().timeIntervalSince1970 + 3600) * 1000)
        let sql =
            "INSERT INTO stand_offs (provider, target, cause, ends_at, repetitions) VALUES ('openai', x'', 'quota', \(end), 1)"
        #expect(ChildProcess.run(["sqlite3", "-cmd", ".timeout 5000", site.database, sql]).status == 0)
        let probe = ["probe", "t-0", "--format", "json"] + site.options
        let rested = await site.run(probe)
        #expect(rested.status == 1)
        #expect(rested.output.contains(#""not_made":"stand_off","failure":"quota""#), "\(rested.output)")
        let other = Conversation(["sqlite3", "-cmd", ".timeout 5000", site.database])
        other.write("BEGIN IMMEDIATE; SELECT 'begun';\n")
        #expect(other.read() == "begun\n")
        let locked = await site.run(probe)
        // Whoever holds the lock keeps nobody from being told that.
        #expect(locked.output.contains(#""not_made":"stand_off""#), "\(locked)")
        other.end()
    }

    /// The service manager starts what ends with 64 again and again.
    @Test(arguments: [
        ("PROMPTERD_WORKERS", "0", #"should be a number from 1 to 10000, not "0""#),
        ("PROMPTERD_WATCH_SERIES", "many", "should be a number from 0 to 1000000"),
        ("PROMPTERD_RETENTION", "90 days", "and at least 1d, not \"90 days\""),
        ("PROBE_SLEEP_MS", "-1", "should be a number"),
        ("PROMPTERD_LOG_LEVEL", "loud", "should be one of trace, debug, info"),
        ("PROMPTERD_PROBES", "lives", "should be one of live, stub"),
        ("PROMPTER_PROBE_DISABLED", "maybe", "should be 1 or 0"),
        ("REDIS_URL", "redis://:sk-canary@", "there is no host"), ("REDIS_URL", "sk-canary", "starts with neither"),
    ])
    func aSettingInTheEnvironmentThatCanNotBeUsedIsNamed(_ name: String, _ text: String, _ said: String) async throws {
        let site = try Site(Site.stubs(1))
        let end = await site.run(["run", "--once"] + site.options, environment: [name: text])
        #expect(end.status == 78 && end.errors.hasPrefix(name) && end.errors.contains(said), "\(end.errors)")
        #expect(!end.errors.contains("canary") && end.errors.split(separator: "\n").count == 1)
    }

    /// What is cut off must not look complete to a script.
    @Test(arguments: [
        ["status"], ["status", "--format", "json"], ["history"], ["versions"], ["export"],
    ])
    func whatCanNotBeShownIsAFailure(_ command: [String]) async throws {
        let site = try Site(Site.stubs(3))
        #expect(await site.start(["--once"]).end().status == 0)
        let command = command + ["--database", site.database]
        for (target, reason) in [(">/dev/full", "No space left on device"), (">&-", "Bad file descriptor")] {
            let wrapper = ["sh", "-c", #"exec "$0" "$@" \#(target)"#]
            let end = await Program(command, wrapper: wrapper).end()
            #expect(end.status == 1 && end.errors.contains("standard output: \(reason)"), "\(target): \(end)")
        }
    }

    /// Who makes a dialect serves nobody without a key: that is said, and nobody is called to be refused.
    @Test func aKeyThatIsNowhereIsMissedBeforeTheCall() async throws {
        let site = try Site(
            #"{"providers":{"openai":{"dialect":"openai"}},"watches":[{"template":"t","provider":"openai","model":"m"}]}"#
        )
        let said = "none found in $OPENAI_API_KEY or $CREDENTIALS_DIRECTORY/openai"
        let check = await site.run(["check", site.watchlist])
        #expect(check.status == 0 && check.errors.contains(said), "\(check)")
        #expect(await site.run(["check", site.watchlist], environment: ["OPENAI_API_KEY": "sk"]).errors.isEmpty)
        // What would be called is nobody's address.
        let end = await site.start(["--once"], environment: ["HTTPS_PROXY": "http://127.0.0.1:1"]).end()
        #expect(end.status == 1 && end.errors.contains(said), "\(end)")
        #expect(
            end.errors.contains(#"openai: auth: credential of provider "openai": \#(said)"#)
                && !end.errors.contains("connection"), "\(end)")
    }

    @Test func aWrongCommandLineOrSettingSaysSo() async throws {
        let site = try Site(Site.stubs(1))
        #expect(await site.run(["run", "--nonsense"]).status == 64)
        #expect(await site.start(["--workers", "0"]).end().status == 64)
        let absent = await site.run(["run", "--watchlist", "/nonexistent", "--database", site.database])
        #expect(absent.status == 78 && absent.errors.contains("/nonexistent: no such file"))
        let status = await site.run(["status", "--database", "/nonexistent/p.db"])
        #expect(status.status == 78 && status.errors.contains("/nonexistent/p.db"))
        let version = await site.run(["--version"])
        #expect(version.status == 0 && version.output == "0.1.0\n")
    }
}
