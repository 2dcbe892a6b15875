import ConformanceSuites
import Testing

@testable import PrompterCore

/// A target's signals together, and how a store keeps them.
struct TargetLifeTests {
    private let target = Example.target().id
    private let now = Timestamp(milliseconds: 1_764_000_000_000)

    @Test func isKeptAsItIs() throws {
        var random = SeededGenerator(seed: 5)
        var life = TargetLife()
        #expect(TargetLife(encoded: life.encoded) == life)
        for index in 0..<300 {
            let fingerprint = Bool.random(using: &random) ? "f\(Int.random(in: 0..<40, using: &random))" : nil
            _ = take(try observation(index, index < 150 ? "a" : "b", fingerprint), &life)
            #expect(TargetLife(encoded: life.encoded) == life)
        }
    }

    @Test func isTheSameHoweverItIsHeld() throws {
        var life = TargetLife()
        #expect(HeldLife(encoded: []) == HeldLife() && HeldLife(encoded: [1, 2, 3]).life == TargetLife())
        for index in 0..<30 {
            _ = take(try observation(index, "a", "f\(index % 2)"), &life)
            let (whole, encoded) = (HeldLife(life), HeldLife(encoded: life.encoded))
            #expect(whole == encoded && Set([whole, encoded]).count == 1 && encoded.life == life)
        }
        #expect(
            HeldLife(life) != HeldLife() && HeldLife(encoded: life.encoded) != HeldLife(encoded: TargetLife().encoded))
    }

    /// Whoever can write to the database can write what he likes: no bytes end the program.
    @Test func readsNoBytesThatAreNone() throws {
        var life = TargetLife()
        for index in 0..<40 { _ = take(try observation(index, "a", "f\(index % 3)"), &life) }
        let encoded = life.encoded
        for count in encoded.indices { #expect(TargetLife(encoded: Array(encoded[..<count])) == nil) }
        #expect(TargetLife(encoded: encoded + [0]) == nil)
        var random = SeededGenerator(seed: 9)
        for _ in 0..<20_000 {
            var bytes = encoded
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            guard var changed = TargetLife(encoded: bytes) else { continue }
            _ = take(try observation(50, "c", "g"), &changed)
        }
    }

    @Test func anotherKindOfProbeIsNoChange() throws {
        var life = TargetLife()
        for index in 0..<25 { _ = take(try observation(index, "a", "f"), &life) }
        var events: [Event] = []
        for index in 25..<100 { events += take(try observation(index, "a", nil, shows: .model), &life) }
        #expect(events.isEmpty)
        #expect(life[.fingerprint]?.members.map(\.value) == ["f"])
    }

    @Test func aRetirementIsToldOnceForEachDate() throws {
        var life = TargetLife()
        var seen = try observation(0, "a", nil)
        _ = take(seen, &life)
        for (index, date) in [nil, now, now, now + .seconds(86_400), nil].enumerated() {
            seen = try observation(index + 1, "a", nil)
            seen.retirement = date
            let events = take(seen, &life)
            #expect(events.map(\.kind) == ([1, 3].contains(index) ? [.retirementAnnounced] : []))
        }
        #expect(life.retirement == now + .seconds(86_400))
    }

    /// Only a probe that would tell the date says that there is none any more.
    @Test func aRetirementThatIsWithdrawnIsForgotten() throws {
        var life = TargetLife()
        let steps: [(shows: SignalSet, date: Timestamp?, retirement: Timestamp?, isTold: Bool)] = [
            ([.model, .retirement], now, now, true), (.completion, nil, now, false),
            ([.model, .metadata], nil, now, false),
            ([.model, .retirement], now, now, false), ([.model, .retirement], nil, nil, false),
            (.completion, nil, nil, false), ([.model, .metadata, .retirement], now, now, true),
        ]
        for (index, step) in steps.enumerated() {
            var seen = try observation(index, "a", nil, shows: step.shows)
            seen.retirement = step.date
            let events = take(seen, &life).filter { $0.kind == .retirementAnnounced }
            #expect(events.count == (step.isTold ? 1 : 0) && life.retirement == step.retirement, "step \(index)")
        }
        #expect(TargetLife(encoded: life.encoded) == life)
    }

    @Test func aChangeWantsConfirmations() throws {
        var life = TargetLife()
        for index in 0..<25 { _ = take(try observation(index, "a", "f"), &life) }
        #expect(life.nextConfirmation() == nil)
        _ = take(try observation(25, "b", "f"), &life)
        var events: [Event] = []
        for made in 1...4 where life.nextConfirmation() != nil {
            #expect(life.nextConfirmation() == made)
            var confirmation = try observation(25 + made, "b", "f")
            confirmation.isConfirmation = true
            events += take(confirmation, &life)
        }
        #expect(events.map(\.kind) == [.replaced] && events[0].isConfirmed == true)
        #expect(life.nextConfirmation() == nil)
        #expect(events[0].text(model: "m") == "m now answers as b (was a since 2025-11-24)")
    }

    /// After a change to another call a signal that was shown long ago proves nothing any more.
    @Test func aSignalThatIsNoLongerShownIsAbsent() throws {
        var life = TargetLife()
        for index in 0..<25 { _ = take(try observation(index, "a", "fp_f"), &life) }
        for index in 25..<44 { _ = take(try observation(index, "a", nil, shows: .model), &life) }
        #expect(life.confidence(model: "a") == .proven)
        for index in 44..<80 { _ = take(try observation(index, "a", nil, shows: .model), &life) }
        #expect(life[.fingerprint]?.confidence(model: "a") == .absent && life.confidence(model: "a") == .echo)
        _ = take(try observation(80, "a", "fp_f"), &life)
        #expect(life.confidence(model: "a") == .proven)
    }

    private func observation(
        _ index: Int, _ model: String, _ fingerprint: String?, shows: SignalSet = .completion
    ) throws -> Observation {
        var seen = try Example.observation(
            UInt64(index), of: target, at: now + .seconds(index * 3600), model: model, fingerprint: fingerprint)
        seen.shows = shows
        return seen
    }

    private func take(_ observation: Observation, _ life: inout TargetLife) -> [Event] {
        life.take(observation) { _, _ in false }
    }
}
