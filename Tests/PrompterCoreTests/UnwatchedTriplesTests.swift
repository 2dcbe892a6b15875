import Testing

@testable import PrompterCore

struct UnwatchedTriplesTests {
    private let now = Timestamp(milliseconds: 1_790_000_000_000)

    private func watch(
        _ template: String, seed: Int = 0, prompt: String? = nil, interval: Duration = .seconds(3600)
    ) -> Watch {
        let target = Target(
            provider: Example.provider(), model: "m", systemInstructions: prompt,
            inferenceParameters: .object([.init("seed", .integer(seed))]), interval: interval, timeout: .seconds(30))
        let key = Watch.Key(org: "o", workspace: "w", template: template, provider: "openai", model: "m")
        return Watch(key: key, target: target)
    }

    @Test func aTripleIsOneTargetForASlot() throws {
        var triples = UnwatchedTriples()
        let first = try triples.take(watch("t", seed: 1), isForced: false, at: now)
        let end = first.target.slot(at: now).end
        let later = try triples.take(watch("t", seed: 2), isForced: false, at: end - .milliseconds(1))
        #expect(later.target.id == first.target.id)
        let other = try triples.take(watch("u", seed: 2), isForced: false, at: now)
        #expect(other.target.id != first.target.id)
        let next = try triples.take(watch("t", seed: 2), isForced: false, at: end)
        #expect(next.target.id == watch("t", seed: 2).target.id)
    }

    @Test func whoForcesACallHasHisParameters() throws {
        var triples = UnwatchedTriples()
        _ = try triples.take(watch("t", seed: 1), isForced: false, at: now)
        let forced = try triples.take(watch("t", seed: 2), isForced: true, at: now)
        #expect(forced.target.id == watch("t", seed: 2).target.id)
        #expect(try triples.take(watch("t", seed: 3), isForced: false, at: now).target.id == forced.target.id)
    }

    @Test func anotherIntervalIsAnotherTarget() throws {
        var triples = UnwatchedTriples()
        _ = try triples.take(watch("t"), isForced: false, at: now)
        let shorter = try triples.take(watch("t", interval: .seconds(60)), isForced: false, at: now)
        #expect(shorter.target.interval == .seconds(60))
    }

    @Test func thereAreOnlySoManyInASlot() throws {
        var triples = UnwatchedTriples()
        for number in 0..<UnwatchedTriples.most {
            _ = try triples.take(watch("t-\(number)"), isForced: false, at: now)
        }
        let end = watch("t-0").target.slot(at: now).end
        #expect(throws: UnwatchedTriples.Full(rest: end - now)) {
            try triples.take(watch("one-more"), isForced: false, at: now)
        }
        #expect(try triples.take(watch("t-7"), isForced: false, at: now).key.template == "t-7")
        #expect(try triples.take(watch("one-more"), isForced: false, at: end).key.template == "one-more")
    }

    @Test func thoseWhoseSlotHasEndedAreNotKept() throws {
        var triples = UnwatchedTriples()
        for number in 0..<100 { _ = try triples.take(watch("t-\(number)"), isForced: false, at: now) }
        #expect(triples.count == 100)
        _ = try triples.take(watch("u"), isForced: false, at: watch("u").target.slot(at: now).end)
        #expect(triples.count == 1)
    }

    @Test func theirPromptsTakeOnlySoMuch() throws {
        var triples = UnwatchedTriples()
        let prompt = String(repeating: "p", count: UnwatchedTriples.mostBytes / 4)
        for number in 0..<3 { _ = try triples.take(watch("t-\(number)", prompt: prompt), isForced: false, at: now) }
        #expect(throws: UnwatchedTriples.Full.self) {
            try triples.take(watch("one-more", prompt: prompt), isForced: false, at: now)
        }
        // What takes a prompt's place, or has none, has room.
        _ = try triples.take(watch("t-2", seed: 1, prompt: prompt), isForced: true, at: now)
        _ = try triples.take(watch("small"), isForced: false, at: now)
        let numbers = JSONValue.array(Array(repeating: .integer(0), count: UnwatchedTriples.mostBytes / 100))
        var many = watch("many")
        many.target = Target(
            provider: Example.provider(), model: "m", inferenceParameters: .object([.init("bias", numbers)]))
        #expect(throws: UnwatchedTriples.Full.self) { try triples.take(many, isForced: false, at: now) }
        let next = watch("one-more", prompt: prompt)
        _ = try triples.take(next, isForced: false, at: now + .seconds(7200))
    }
}
