import PrompterCore
import SQLiteVersions
import Testing

/// What the tables and the view say, read as anybody would read them.
struct BindingTests {
    private let folder: TemporaryFolder
    private let store: SQLiteVersionStore
    private let now = Samples.now
    private let old = Samples.target("gpt-4o")
    private let new = Samples.target("gpt-5")

    init() throws {
        folder = try TemporaryFolder()
        store = try SQLiteVersionStore(path: folder.file())
    }

    @Test func keepTheirPast() async throws {
        var moved = Samples.watch("t", old)
        try await register([moved], after: 0)
        try await register([moved], after: 10)
        moved.target = new
        try await register([moved], after: 20)
        try await register([], after: 30)
        moved.target = old
        try await register([moved], after: 40)
        let bindings = try rows(
            """
            SELECT targets.model, valid_from - \(now.milliseconds), valid_until - \(now.milliseconds)
            FROM bindings JOIN targets ON targets.id = target_id ORDER BY valid_from
            """)
        #expect(bindings == ["gpt-4o|0|20000", "gpt-5|20000|30000", "gpt-4o|40000|"])
    }

    @Test func areLeftAloneWhereNothingChanged() async throws {
        let watches = [Samples.watch("t", old), Samples.watch("u", old)]
        try await register(watches, after: 0)
        let targets = "SELECT hex(identity), interval_ms, created_at FROM targets"
        let before = try rows("SELECT * FROM bindings") + rows(targets)
        try await register(watches, after: 10)
        #expect(try rows("SELECT * FROM bindings") + rows(targets) == before)
    }

    @Test func keepTheirPastWhereOnlyWhatTheyExpectOrTellIsEdited() async throws {
        let columns = "SELECT valid_from, valid_until, expect, hex(hook), hook_severity FROM bindings ORDER BY id"
        var watch = Samples.watch("t", old)
        let webhook = Webhook(url: "https://hooks.example/secret", severity: .minor)
        func row(_ rest: String) -> String { "\(now.milliseconds)||\(rest)" }
        let id = Hexadecimal.encode(webhook.id).uppercased()
        try await register([watch], after: 0)
        #expect(try rows(columns) == [row("||")])
        watch.expectation = Expectation(["gpt-4o-*", "a\"b"])
        try await register([watch], after: 10)
        #expect(try rows(columns) == [row(#"["gpt-4o-*","a\"b"]||"#)])
        watch.webhook = webhook
        try await register([watch], after: 20)
        #expect(try rows(columns) == [row(#"["gpt-4o-*","a\"b"]|\#(id)|minor"#)])
        watch.webhook?.severity = .info
        watch.expectation = nil
        try await register([watch], after: 30)
        #expect(try rows(columns) == [row("|\(id)|info")])
        // An inquiry beside the daemon changes nothing of what is bound.
        try await store.registerMissing([Samples.watch("t", old)], at: now)
        #expect(try rows(columns) == [row("|\(id)|info")])
        #expect(try !Program.run("sqlite3", "-readonly", folder.file(), ".dump").contains("secret"))
    }

    @Test func areNotWrittenAgainWhereTheyExpectAndTellWhatTheyDid() async throws {
        var watch = Samples.watch("t", old)
        watch.expectation = Expectation(["a"])
        watch.webhook = Webhook(url: "https://hooks.example")
        try await register([watch], after: 0)
        // Every write to a binding is counted by a trigger.
        _ = try Program.run(
            "sqlite3", folder.file(),
            """
            CREATE TABLE writes (n);
            CREATE TRIGGER counting AFTER UPDATE ON bindings BEGIN INSERT INTO writes VALUES (1); END
            """)
        try await register([watch], after: 10)
        #expect(try rows("SELECT count(*) FROM writes") == ["0"])
        watch.expectation = nil
        try await register([watch], after: 20)
        #expect(try rows("SELECT count(*) FROM writes") == ["1"])
    }

    @Test func followATargetsInterval() async throws {
        let target = Samples.target()
        _ = try await store.record([Samples.finding(1, of: target, at: now)], at: now)
        #expect(try rows("SELECT interval_ms, dialect FROM targets") == ["|"])
        try await register([Samples.watch("t", target)], after: 0)
        #expect(try rows("SELECT interval_ms, dialect FROM targets") == ["3600000|openai"])
        try await register([Samples.watch("t", Samples.target(interval: .seconds(60)))], after: 1)
        #expect(try rows("SELECT interval_ms, dialect FROM targets") == ["60000|openai"])
        let kept = "SELECT interval_ms, (valid_until - \(now.milliseconds)) FROM bindings ORDER BY id"
        #expect(try rows(kept) == ["3600000|1000", "60000|"])
    }

    @Test func areTakenAsTheyComeWhereAWatchIsNamedTwice() async throws {
        try await register([Samples.watch("t", old), Samples.watch("t", old)], after: 0)
        #expect(try rows("SELECT count(*) FROM bindings") == ["1"])
    }

    @Test func giveTheViewTheServiceLayersColumns() async throws {
        try await register([Samples.watch("t", old)], after: 0)
        let captured = now + .milliseconds(7)
        _ = try await store.record(
            [
                Samples.finding(1, of: old, nil, fingerprint: "fp_1", at: captured),
                Samples.finding(2, of: old, "m", at: now + .seconds(61)),
                Samples.finding(3, of: old, nil, fingerprint: "fp_1", at: now + .milliseconds(5)),
                Samples.finding(4, of: old, nil, fingerprint: "fp_1", at: now + .seconds(600)),
            ], at: now)
        let printed = try Program.run(
            "python3", "-c",
            """
            import datetime, sqlite3, sys
            rows = sqlite3.connect(sys.argv[1]).execute("SELECT * FROM prompt_versions ORDER BY provider_version_key")
            print(*[column[0] for column in rows.description])
            for row in rows:
                row = list(row)
                for i in (7, 8, 9):
                    time = datetime.datetime.strptime(row[i], "%Y-%m-%d %H:%M:%S.%f")
                    assert time == datetime.datetime.fromisoformat(row[i])
                    assert row[i] == "%04d-%02d-%02d %02d:%02d:%02d.%06d" % (time.year, time.month, time.day,
                        time.hour, time.minute, time.second, time.microsecond)
                print(*row, sep="|")
            """, folder.file())
        #expect(
            printed == """
                id org_id workspace_id template_id provider model_id provider_version_key fingerprint_captured_at first_seen_at \
                last_seen_at resolved_model fingerprint sightings source
                9f4c546dd27a-7e3c0363c9b7|acme|main|t|openai|gpt-4o|fp_1|2025-11-24 16:00:00.007000|2025-11-24 16:00:00.005000|\
                2025-11-24 16:00:00.007000|None|fp_1|2|live
                9f4c546dd27a-622dd930cdf8|acme|main|t|openai|gpt-4o|m|2025-11-24 16:01:01.000000|2025-11-24 16:01:01.000000|\
                2025-11-24 16:01:01.000000|m|None|1|live

                """)
    }

    @Test func giveTheViewEachVersionOfTheirTimeOnce() async throws {
        var moved = Samples.watch("t", old)
        try await register([moved], after: 0)
        _ = try await store.record([Samples.finding(1, of: old, "before", at: now)], at: now)
        moved.target = new
        try await register([moved], after: 10)
        _ = try await store.record([Samples.finding(2, of: old, "meanwhile", at: now + .seconds(11))], at: now)
        moved.target = old
        try await register([moved], after: 20_000)
        let late = now + .seconds(20_001)
        _ = try await store.record(
            [Samples.finding(3, of: old, "before", at: late), Samples.finding(4, of: old, "after", at: late)], at: late)
        let seen = try rows("SELECT provider_version_key, sightings FROM prompt_versions ORDER BY 1")
        #expect(seen == ["after|1", "before|2"])
    }

    /// What another instance saw in the running slot serves a watch that comes after.
    @Test func giveTheViewWhatServedTheSlotTheyBeganIn() async throws {
        let before = now - .seconds(5000)
        let longBefore = now - .seconds(5500)
        try await register([Samples.watch("t", old)], after: 0)
        _ = try await store.record(
            [
                Samples.finding(1, of: old, "of the slot", at: before),
                Samples.finding(2, of: old, "gone", at: longBefore),
            ], at: now)
        #expect(try rows("SELECT provider_version_key FROM prompt_versions") == ["of the slot"])
    }

    @Test func tellStubsFromLive() async throws {
        let stub = Samples.target(dialect: .stub)
        try await register([Samples.watch("t", old), Samples.watch("u", stub)], after: 0)
        _ = try await store.record(
            [Samples.finding(1, of: old, at: now), Samples.finding(2, of: stub, at: now)], at: now)
        #expect(try rows("SELECT template_id, source FROM prompt_versions ORDER BY 1") == ["t|live", "u|stub"])
    }

    @Test func keepWhatAnObservationLearned() async throws {
        let id: UInt64 = 1 << 63 | 5
        _ = try await store.record([Samples.finding(id, of: old, at: now)], at: now)
        let kept = try rows(
            """
            SELECT observed_at, printf('%x', id), slot, latency_us, input_tokens, output_tokens, suspect
            FROM observations
            """)
        #expect(kept == ["\(now.milliseconds)|8000000000000005|\(old.slot(at: now).number)|1234|8||0"])
    }

    @Test func keepEachEventOnce() async throws {
        _ = try await store.record([Samples.finding(1, of: old, "a", at: now)], at: now + .seconds(1))
        _ = try await store.record([Samples.finding(2, of: old, "a", at: now)], at: now + .seconds(2))
        let events = try rows("SELECT kind, slot, happened_at, recorded_at FROM events")
        let slot = old.slot(at: now).number
        #expect(events == ["first|\(slot)|\(now.milliseconds)|\((now + .seconds(1)).milliseconds)"])
    }

    private func register(_ watches: [Watch], after seconds: Int) async throws {
        try await store.register(Samples.watchlist(watches), at: now + .seconds(seconds))
    }

    private func rows(_ sql: String) throws -> [String] {
        let text = try Program.run("sqlite3", "-readonly", folder.file(), sql)
        return text.split(separator: "\n").map(String.init)
    }
}
