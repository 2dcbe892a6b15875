import PrompterCore
import SQLiteVersions
import Testing

/// What is unexpected, and what is to be told to webhooks, from the event's own transaction to its end.
struct DeliveryTests {
    private let folder: TemporaryFolder
    private let store: SQLiteVersionStore
    private let now = Samples.now
    private let target = Samples.target()
    private let webhook = Webhook(url: "https://hooks.example/secret", severity: .info)

    init() throws {
        folder = try TemporaryFolder()
        store = try SQLiteVersionStore(path: folder.file())
    }

    private func watch(_ template: String, expect: [String]? = nil, _ webhook: Webhook? = nil) -> Watch {
        var watch = Samples.watch(template, target)
        watch.expectation = expect.map { Expectation($0) }
        watch.webhook = webhook
        return watch
    }

    private func observe(_ id: UInt64, _ model: String, after seconds: Int) async throws -> [Event] {
        let time = now + .seconds(seconds)
        return try await store.record([Samples.finding(id, of: target, model, at: time)], at: time)[0].events
    }

    private func due(after seconds: Int = 0, limit: Int = 10) async throws -> DueDeliveries {
        try await store.dueDeliveries(at: now + .seconds(seconds), horizon: .seconds(7 * 3600), limit: limit)
    }

    private func register(_ watches: [Watch]) async throws {
        try await store.register(Samples.watchlist(watches), at: now)
    }

    @Test func eachExpectationIsToldOfOnceWhileAVersionIsLive() async throws {
        // Each in a slot of its own, so that no event is the same as one before.
        try await register([
            watch("a", expect: ["m-1"]), watch("b", expect: ["m-*"]), watch("c", expect: ["x", "m-2"]),
        ])
        #expect(try await observe(1, "m-1", after: 0).map(\.kind) == [.first, .unexpected])
        #expect(try await observe(2, "m-1", after: 1 * 3600).isEmpty)
        let second = try await observe(3, "m-2", after: 2 * 3600).filter { $0.kind == .unexpected }
        #expect(second.map(\.watch?.template) == ["a"] && second.map(\.previous) == [["m-1"]])
        #expect(second.map(\.severity) == [.major])
        let third = try await observe(4, "other", after: 3 * 3600).filter { $0.kind == .unexpected }
        #expect(Set(third.map(\.watch?.template)) == ["a", "b", "c"])
        #expect(try await observe(5, "other", after: 4 * 3600).isEmpty)
        // After a restart too: it is decided from rows.
        await store.close()
        let again = try SQLiteVersionStore(path: folder.file())
        let finding = Samples.finding(6, of: target, "other", at: now + .seconds(5 * 3600))
        #expect(try await again.record([finding], at: now + .seconds(5 * 3600))[0].events.isEmpty)
        await again.close()
    }

    @Test func anEventIsToldToEachWebhookOnceWithTheWatchesItIsAbout() async throws {
        let other = Webhook(url: "https://other.example", severity: .info)
        let deaf = Webhook(url: "https://deaf.example", severity: .major)
        try await register([watch("a", webhook), watch("b", webhook), watch("c", other), watch("d", deaf)])
        let event = try #require(try await observe(1, "m", after: 0).first)
        let found = try await due()
        #expect(found.pending == 2 && found.next == nil && found.due.allSatisfy { $0.event == event })
        let templates = Dictionary(uniqueKeysWithValues: found.due.map { ($0.hook, $0.watches.map(\.template)) })
        #expect(templates == [webhook.id: ["a", "b"], other.id: ["c"]])
        #expect(found.due.allSatisfy { $0.provider == "openai" && $0.model == "gpt-4o" && $0.attempts == 0 })
    }

    @Test func whatOneWatchDoesNotExpectIsToldToItsWebhookAlone() async throws {
        let other = Webhook(url: "https://other.example", severity: .major)
        let major = Webhook(url: "https://hooks.example/secret", severity: .major)
        try await register([watch("a", expect: ["x"], major), watch("b", expect: ["m"], other)])
        _ = try await observe(1, "m", after: 0)
        let found = try await due().due
        #expect(found.map(\.hook) == [major.id] && found.map(\.watches).map { $0.map(\.template) } == [["a"]])
        #expect(found.map(\.event.kind) == [.unexpected])
    }

    /// However little it matters by itself.
    @Test func whoWasToldOfABeginningIsToldOfItsEnd() async throws {
        try await register([watch("a", Webhook(url: "https://major.example"))])
        _ = try await observe(1, "m", after: 0)
        #expect(try await due().pending == 0)
        for id in 1...2 {
            let attempt = FailedAttempt(
                target: target.id, slot: Int64(id), time: now + .seconds(id), failureClass: .notFound)
            _ = try await store.record([.failure(attempt)], at: now + .seconds(id))
        }
        #expect(try await due(after: 9).due.map(\.event.kind) == [.notFound])
        _ = try await observe(2, "m", after: 3)
        #expect(try await due(after: 9).pending == 2)
        try await store.settle(try #require(try await due(after: 9).due.first), .delivered, at: now)
        #expect(try await due(after: 9).due.map(\.event.kind) == [.found])
    }

    @Test func aCorrectionIsToldWithWhatItCorrects() async throws {
        try await register([watch("a", Webhook(url: "https://major.example"))])
        var id: UInt64 = 0
        for hour in 0..<121 where hour != 118 {
            id += 1
            _ = try await observe(id, [116, 117, 119, 120].contains(hour) ? "b" : "a", after: hour * 3600)
        }
        let end = 121 * 3600
        let alarm = try #require(try await due(after: end).due.first)
        #expect(alarm.event.kind == .replaced && alarm.corrected == nil)
        try await store.settle(alarm, .delivered, at: now)
        _ = try await observe(9999, "a", after: 118 * 3600)
        let told = try #require(try await due(after: end).due.first)
        #expect(told.event.kind == .corrected && told.corrected == alarm.event)
    }

    @Test func theOneDueForLongestComesFirstForEachWebhook() async throws {
        let webhooks = (0..<4).map { Webhook(url: "https://h\($0).example", severity: .info) }
        try await register(webhooks.enumerated().map { watch("t-\($0)", $1) })
        let first = try #require(try await observe(1, "m-1", after: 0).first)
        for second in 1...25 { _ = try await observe(UInt64(second + 1), second < 21 ? "m-1" : "m-2", after: second) }
        #expect(try await due(after: 60).pending > 4)
        let found = try await due(after: 60, limit: 3)
        #expect(found.due.count == 3 && Set(found.due.map(\.hook)).count == 3)
        #expect(found.due.allSatisfy { $0.event == first })
    }

    @Test func anEndIsKept() async throws {
        try await register([watch("a", webhook)])
        _ = try await observe(1, "m", after: 0)
        var delivery = try #require(try await due().due.first)
        try await store.settle(delivery, .failed(until: now + .seconds(5)), at: now)
        #expect(try await due(after: 4) == DueDeliveries(next: now + .seconds(5), pending: 1))
        delivery.attempts = 1
        #expect(try await due(after: 5).due == [delivery])
        try await store.settle(delivery, .held(until: now + .seconds(9)), at: now)
        #expect(try await due(after: 9).due == [delivery])
        // A clock that was ahead puts nothing off for longer than a delivery is ever put off.
        try await store.settle(delivery, .held(until: now + .seconds(8 * 3600)), at: now)
        #expect(try await due(after: 10).due == [delivery])
        try await store.settle(delivery, .delivered, at: now + .seconds(20))
        #expect(try await due(after: 30) == DueDeliveries())
        // What has ended stays as it is.
        try await store.settle(delivery, .failed(until: now), at: now)
        #expect(try await due(after: 30) == DueDeliveries())
        let row = try Program.run(
            "sqlite3", "-readonly", folder.file(),
            "SELECT attempts, next_at, delivered_at - \(now.milliseconds) FROM deliveries")
        #expect(row == "1||20000\n")
    }

    @Test func whatIsGivenUpIsNeitherPendingNorDelivered() async throws {
        try await register([watch("a", webhook)])
        _ = try await observe(1, "m", after: 0)
        try await store.settle(try #require(try await due().due.first), .givenUp, at: now)
        #expect(try await due(after: 9999) == DueDeliveries())
        let row = try Program.run(
            "sqlite3", "-readonly", folder.file(), "SELECT attempts, next_at, delivered_at FROM deliveries")
        #expect(row == "1||\n")
    }
}
