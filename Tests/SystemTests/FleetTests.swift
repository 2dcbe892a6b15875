import Foundation
import GRDB
import OutsideParts
import Synchronization
import Testing

/// Two daemons with one real Redis, against the provider's own log of requests.
@Suite(.timeLimit(.minutes(10))) struct FleetTests {
    private static let targets = 12

    private struct Seen: Hashable {
        var target: Data
        var slot: Int64
        var id: Int64
    }

    private func observations(_ site: Site) throws -> Set<Seen> {
        Set(
            try site.rows(
                "SELECT t.identity, o.slot, o.id FROM observations o JOIN targets t ON t.id = o.target_id"
            ).map { Seen(target: $0[0], slot: $0[1], id: $0[2]) })
    }

    /// Every slot but each target's first and last: a daemon may have joined after the one and stopped before the other.
    private func inner(_ seen: Set<Seen>, within both: [Set<Seen>]) -> Set<Seen> {
        var begin: [Data: Int64] = [:]
        var end: [Data: Int64] = [:]
        for set in both {
            for (target, group) in Dictionary(grouping: set, by: \.target) {
                let slots = group.map(\.slot)
                begin[target] = max(begin[target] ?? .min, slots.min() ?? 0)
                end[target] = min(end[target] ?? .max, slots.max() ?? 0)
            }
        }
        return seen.filter { $0.slot > begin[$0.target] ?? .max && $0.slot < end[$0.target] ?? .min }
    }

    @Test func eachSlotIsAdmittedOnceBetweenThem() async throws {
        let redis = try await RedisServer(on: .port)
        let provider = try FakeProvider { .completion(model: "m-real", fingerprint: "fp-\($0.number)") }
        try provider.start()
        defer { provider.stop() }
        let list = Site.live(Self.targets, at: provider.baseURL, interval: "2s", timeout: "1900ms")
        let (left, right) = (try Site(list), try Site(list))
        let environment = ["REDIS_URL": redis.url]
        let first = try await left.ready(environment: environment)
        let second = try await right.ready(environment: environment)
        // Six slots and more of each target.
        _ = try #require(await provider.request(Self.targets * 7))
        let ends = [await first.stop(), await second.stop()]
        #expect(ends.allSatisfy { $0.status == 0 }, "\(ends.map(\.errors))")
        let (seenLeft, seenRight) = (try observations(left), try observations(right))
        let all = seenLeft.union(seenRight)
        // Each probe became one observation, each slot has one, and nobody asked twice.
        try Site.expectEachProbe(of: provider, in: [left, right], observed: all.count)
        #expect(Set(all.map { [$0.target.hashValue, Int($0.slot)] }).count == all.count)
        let both = [seenLeft, seenRight]
        #expect(!inner(seenLeft, within: both).isEmpty)
        // What one has the other has too, unless it was kept from its slot, and says so.
        for (site, own, other) in [(left, seenLeft, seenRight), (right, seenRight, seenLeft)] {
            let lacking = inner(other, within: both).subtracting(own).count
            let unseen = try site.exposition().samples.filter {
                ["prompter_slots_missed_total", "prompter_probe_skipped_total"].contains($0.name)
            }
            #expect(Double(lacking) <= unseen.reduce(0) { $0 + $1.value }, "\(lacking) of \(other.count) are not there")
        }
        await redis.stop()
    }

    @Test func bothGoOnWithoutRedisAndShareWhenItIsBack() async throws {
        let redis = try await RedisServer(on: .port)
        let provider = try FakeProvider { .completion(model: "m-real", fingerprint: "fp-\($0.number)") }
        try provider.start()
        defer { provider.stop() }
        let list = Site.live(Self.targets, at: provider.baseURL, interval: "4s", timeout: "3900ms")
        let (left, right) = (try Site(list), try Site(list))
        let environment = ["REDIS_URL": redis.url]
        let first = try await left.ready(environment: environment)
        let second = try await right.ready(environment: environment)
        _ = try #require(await provider.request(Self.targets * 2))
        await redis.kill()
        #expect(await first.line(with: "redis: "))
        #expect(await first.line(with: "guards its slots alone"))
        #expect(await second.line(with: "guards its slots alone"))
        let alone = provider.requests.count
        _ = try #require(await provider.request(alone + Self.targets * 4))
        try await redis.start()
        #expect(await first.line(with: "slots are shared", count: 2))
        #expect(await second.line(with: "slots are shared", count: 2))
        let back = provider.requests.count
        _ = try #require(await provider.request(back + Self.targets * 4))
        let ends = [await first.stop(), await second.stop()]
        #expect(ends.allSatisfy { $0.status == 0 })
        // No probe failed for want of Redis.
        for site in [left, right] {
            let exposition = try site.exposition()
            #expect(!exposition.samples.contains { $0.name == "prompter_probe_failures_total" && $0.value != 0 })
            #expect(exposition.value("prompter_redis_up") == 1)
        }
        // While it was away both probed: some slots have two observations. At the end each has one again.
        let all = try observations(left).union(try observations(right))
        let bySlot = Dictionary(grouping: all) { $0.slot }
        #expect(all.count == provider.requests.count)
        #expect(bySlot.values.contains { $0.count > Set($0.map(\.target)).count })
        let last = try #require(bySlot.keys.max())
        let settled = bySlot.filter { $0.key == last - 1 || $0.key == last - 2 }
        #expect(!settled.isEmpty && settled.values.allSatisfy { $0.count == Set($0.map(\.target)).count })
        await redis.stop()
    }
}
