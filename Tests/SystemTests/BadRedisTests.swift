import Foundation
import GRDB
import OutsideParts
import PrompterCore
import Testing

/// Redis on a bad day: each instance guards alone, and says so.
@Suite(.timeLimit(.minutes(10))) struct BadRedisTests {
    /// Sees that a daemon says in one line that it guards alone, probes on, and shows it.
    private func goesOn(
        _ url: String, saying text: String, kind: String, makeBad: ((Program) async throws -> Void)? = nil
    ) async throws {
        let provider = try FakeProvider { _ in .completion(model: "m-real") }
        try provider.start()
        defer { provider.stop() }
        let site = try Site(Site.live(2, at: provider.baseURL, interval: "1s"))
        let program = try await site.ready(environment: ["REDIS_URL": url])
        try await makeBad?(program)
        #expect(
            await program.line(with: "this instance guards its slots alone until Redis is back"), "\(program.errors)")
        #expect(await provider.request(provider.requests.count + 6) != nil)
        let end = await program.stop()
        #expect(end.status == 0, "\(end.errors)")
        let lines = end.errors.split(separator: "\n").filter { $0.contains("guards its slots alone") }
        #expect(lines.count == 1 && lines[0].contains("warning") && lines[0].contains(text), "\(end.errors)")
        // One that never was usable is never taken for it.
        #expect(end.errors.contains("slots are shared") == (makeBad != nil), "\(end.errors)")
        let shown = try site.exposition()
        #expect(shown.value("prompter_redis_up") == 0)
        #expect(try #require(shown.value("prompter_redis_errors_total", ["kind": kind])) >= 1)
        try Site.expectEachProbe(
            of: provider, in: [site], observed: site.number("SELECT count(*) FROM observations"))
    }

    @Test func refuses() async throws {
        let redis = try await RedisServer(on: .port)
        await redis.kill()
        try await goesOn(redis.url, saying: "Connection refused", kind: "connect")
        await redis.stop()
    }

    @Test func hangs() async throws {
        let redis = try await RedisServer(on: .port)
        try await goesOn(redis.url, saying: "redis: ", kind: "timeout") { program in
            #expect(await program.line(with: "first seen as", count: 2))
            redis.pause()
        }
        await redis.stop()
    }

    @Test(arguments: [
        (["--maxmemory", "1"], "OOM"), (["--replicaof", "127.0.0.1", "1"], "READONLY"),
        (["--requirepass", "s3cret"], "NOAUTH"),
    ]) func answersErrors(_ arguments: [String], _ text: String) async throws {
        let redis = try await RedisServer(on: .port, arguments: arguments)
        try await goesOn(redis.url, saying: text, kind: "refused")
        await redis.stop()
    }

    @Test func isBackAndIsUsedAgain() async throws {
        let redis = try await RedisServer(on: .port)
        let site = try Site(Site.stubs(3, interval: "1s"))
        let program = try await site.ready(environment: ["REDIS_URL": redis.url])
        #expect(await program.line(with: "redis: connected; slots are shared"))
        await redis.kill()
        #expect(await program.line(with: "guards its slots alone"))
        try await redis.start()
        #expect(await program.line(with: "redis: connected; slots are shared", count: 2))
        #expect(await program.stop().status == 0)
        #expect(try site.exposition().value("prompter_redis_up") == 1)
        await redis.stop()
    }

    /// What somebody else wrote under a slot's key, for every slot that the test may see.
    @Test(arguments: [
        "", "\u{1B}]0;owned\u{07}", #"{"v":1,"state":"observed","id":"0000000000000001","model":"m-false"}"#,
        #"{"v":1,"state":"lease","id":"0000000000000001","attempt":0}"#, String(repeating: "[", count: 100_000),
    ]) func holdsAHostileValue(_ value: String) async throws {
        let provider = try FakeProvider { _ in .completion(model: "m-real") }
        try provider.start()
        defer { provider.stop() }
        let redis = try await RedisServer(on: .port)
        let site = try Site(Site.live(1, at: provider.baseURL))
        let entry = Provider(name: "local", dialect: .openAICompatible, baseURL: provider.baseURL)
        let target = Target(provider: entry, model: "m-0")
        let now = Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
        let slot = target.slot(at: now)
        for number in [slot.number, slot.next.number] {
            try redis.ask("SET", "prompterd:1:\(target.id.hexadecimal):3600000:\(number)", value, "PX", "7200000")
        }
        let end = await site.start(["--once"], environment: ["REDIS_URL": redis.url]).end()
        #expect(end.status == 0, "\(end.errors)")
        #expect(!end.errors.contains("\u{1B}"))
        #expect(provider.requests.count == 1)
        let versions = try site.rows("SELECT resolved_model FROM versions").map { $0[0] as String }
        #expect(versions == ["m-real"])
        let shown = try site.exposition()
        #expect(shown.value("prompter_redis_up") == 1)
        #expect(try #require(shown.value("prompter_redis_errors_total", ["kind": "value"])) >= 1)
        await redis.stop()
    }
}
