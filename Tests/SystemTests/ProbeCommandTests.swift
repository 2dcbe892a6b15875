import OutsideParts
import PrompterCore
import Testing

/// What `prompterd probe` says of a call that failed, of one that was not made, and of an answer that could not be recorded.
struct ProbeCommandTests {
    private func json(_ site: Site, _ arguments: String..., environment: [String: String] = [:]) async -> Program.End {
        await site.run(["probe", "t-0", "--format", "json"] + arguments + site.options, environment: environment)
    }

    /// A failure met by hand keeps nobody from calling, the next probe by hand least of all, and nobody confirms it.
    @Test(arguments: [
        (500, #"{"error":{"message":"down"}}"#, "server_error"),
        (404, #"{"error":{"message":"The model m-0 does not exist","code":"model_not_found"}}"#, "not_found"),
        (401, #"{"error":{"message":"Incorrect API key provided"}}"#, "auth"),
    ])
    func aFailureIsTheProvidersEachTime(_ status: Int, _ body: String, _ failureClass: String) async throws {
        let provider = try FakeProvider { _ in .json(body, status: status) }
        try provider.start()
        defer { provider.stop() }
        let site = try Site(Site.live(1, at: provider.baseURL))
        var calls = 0
        for _ in 0..<2 {
            let end = await json(site)
            #expect(end.status == 1 && end.output.contains(#""failure":"\#(failureClass)""#), "\(end.output)")
            #expect(!end.output.contains("not_made") && end.errors.isEmpty, "\(end.output)\(end.errors)")
            let made = provider.requests.count - calls
            calls = provider.requests.count
            #expect(made >= 1)
        }
        if failureClass == "not_found" { #expect(calls == 2) }
        #expect(try site.number("SELECT count(*) FROM stand_offs") == 0)
    }

    /// Another instance's lease is nobody's timeout.
    @Test func aSlotThatIsHeldElsewhereIsNoFailure() async throws {
        let redis = try await RedisServer(on: .port)
        let provider = try FakeProvider { _ in .hang }
        try provider.start()
        defer { provider.stop() }
        let environment = ["REDIS_URL": redis.url]
        let holder = try Site(Site.live(1, at: provider.baseURL, timeout: "8s"))
        let waiter = try Site(Site.live(1, at: provider.baseURL, timeout: "1s"))
        async let failed = json(holder, environment: environment)
        _ = try #require(await provider.request(1))
        let held = await json(waiter, environment: environment)
        #expect(held.status == 1 && held.output.contains(#""not_made":"held""#), "\(held.output)")
        #expect(!held.output.contains("failure") && held.output.contains("another instance holds this slot for"))
        #expect(provider.requests.count == 1)
        let end = await failed
        #expect(end.output.contains(#""failure":"timeout""#), "\(end.output)")
        await redis.stop()
    }

    @Test func anAnswerThatCannotBeRecordedIsTold() async throws {
        let site = try Site(Site.stubs(1))
        let lock = Locked<Conversation?>(nil)
        let provider = try FakeProvider { _ in
            let other = Conversation(["sqlite3", "-cmd", ".timeout 5000", site.database])
            other.write("BEGIN IMMEDIATE; SELECT 'begun';\n")
            _ = other.read()
            lock.withLock { $0 = other }
            return .completion(model: "m-real", fingerprint: "fp_1")
        }
        try provider.start()
        defer { provider.stop() }
        try site.write(Site.live(1, at: provider.baseURL))
        let end = await json(site)
        _ = lock.withLock { $0?.end() }
        #expect(end.status == 1, "\(end.errors)")
        #expect(end.output.contains(#""provider_version_key":"fp_1""#), "\(end.output)")
        #expect(
            end.output.contains(#""not_recorded":"#) && end.output.contains("another program keeps the database locked")
        )
        #expect(!end.output.contains("failure") && !end.output.contains("not_made"), "\(end.output)")
        #expect(try site.number("SELECT count(*) FROM observations") == 0)
    }
}
