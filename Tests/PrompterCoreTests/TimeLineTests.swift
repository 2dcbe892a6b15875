import ConformanceSuites
import Testing

@testable import PrompterCore

struct TimeLineTests {
    private typealias Line = TimeLine<String>
    private typealias Stretch = Line.Stretch

    private static let interval: Duration = .seconds(3600)
    private static let target = Target(
        provider: Provider(name: "p", dialect: .stub), model: "m", interval: interval
    ).id
    /// A slot's first millisecond.
    private static let begin = Slot(of: target, interval: interval, at: Timestamp(milliseconds: 1_764_000_000_000))
        .begin

    /// Minutes after the slot's begin.
    private static func time(_ minutes: Int) -> Timestamp { begin + .seconds(60 * minutes) }

    private func answer(_ stretches: [Stretch], at minutes: Int = 30) -> ServedVersion<String> {
        Line(target: Self.target, interval: Self.interval, stretches: stretches).version(at: Self.time(minutes))
    }

    private func seen(_ version: String, _ minutes: Int) -> Stretch { Stretch(version, at: Self.time(minutes)) }

    private func tally(_ version: String, _ first: Int, _ last: Int, _ sightings: Int, gap: Int? = nil) -> Stretch {
        Stretch(
            version, first: Self.time(first), last: Self.time(last), sightings: sightings,
            longestGap: gap.map { .seconds(60 * $0) })
    }

    @Test func isObservedInTheSameSlot() {
        #expect(answer([seen("a", -10), seen("b", 0), seen("a", 60)]) == .observed("b"))
        #expect(answer([seen("a", 59)], at: 0) == .observed("a"))
        #expect(answer([seen("b", 5), seen("b", 6)]) == .observed("b"))
        #expect(answer([seen("b", 6), seen("a", 5)]) == .oneOf(["a", "b"]))
    }

    @Test func isBracketedWhereBothSidesAgree() {
        #expect(answer([seen("a", -1), seen("a", 60), seen("b", 61), seen("b", -2)]) == .bracketed("a"))
        #expect(answer([seen("a", -150), seen("a", 210)]) == .bracketed("a"))
        #expect(answer([seen("b", -1), seen("a", 60)]) == .oneOf(["b", "a"]))
        // Two of one millisecond are both the last.
        #expect(answer([seen("a", -1), seen("b", -1), seen("a", 60)]) == .oneOf(["a", "b"]))
    }

    @Test func isUncertainWithOneSideAndUnknownWithNone() {
        #expect(answer([seen("a", -150)]) == .oneOf(["a"]))
        #expect(answer([seen("a", -151), seen("b", 210)]) == .oneOf(["b"]))
        #expect(answer([seen("a", -151), seen("b", 211)]) == .unknown)
        #expect(answer([]) == .unknown)
    }

    @Test func leavesOutNothingThatATallyMayHide() {
        #expect(answer([tally("a", -300, 300, 11), tally("b", -120, 400, 4)]) == .oneOf(["a", "b"]))
        // Two sightings are known to the millisecond: nothing stands between them.
        #expect(answer([tally("a", -60, 60, 2), tally("b", -300, 70, 2)]) == .bracketed("a"))
        #expect(answer([tally("a", -300, 300, 11), seen("b", 10)]) == .oneOf(["a", "b"]))
        #expect(answer([tally("a", -300, -10, 5), tally("b", 60, 300, 5)]) == .oneOf(["a", "b"]))
    }

    @Test func isBracketedByATallyWithoutRoomForAGap() {
        #expect(answer([tally("a", -600, 600, 21, gap: 60)]) == .bracketed("a"))
        #expect(answer([tally("a", -600, 600, 9, gap: 180)]) == .bracketed("a"))
        #expect(answer([tally("a", -600, 600, 9, gap: 181)]) == .oneOf(["a"]))
        #expect(answer([tally("a", -600, 600, 9, gap: 60), tally("b", -600, 600, 9, gap: 60)]) == .oneOf(["a", "b"]))
        #expect(answer([tally("a", -600, 600, 18), seen("a", -5), seen("a", 65)]) == .bracketed("a"))
        // How many there are says nothing of where they stand.
        #expect(answer([tally("a", -600, 600, 500)]) == .oneOf(["a"]))
    }

    /// Random traffic, and what is left of it when a random part of it is pruned into tallies.
    private struct Traffic {
        var observations: [Stretch] = []
        var pruned: [Stretch] = []
        /// Which tally each pruned observation went into.
        var tallies: [Stretch] { pruned.filter { $0.sightings > 2 } }

        init(seed: UInt64) {
            var random = SeededGenerator(seed: seed)
            let versions = ["a", "b", "c", "d"].prefix(Int.random(in: 1...4, using: &random))
            let slots = Int.random(in: 1...40, using: &random)
            let density = Double.random(in: 0.1...1, using: &random)
            for slot in 0..<slots where Double.random(in: 0..<1, using: &random) < density {
                // A confirmation, a probe that was forced.
                let count = [1, 1, 4].randomElement(using: &random)!
                for minute in Set((0..<count).map { _ in Int.random(in: 0..<60, using: &random) }).sorted() {
                    let time = TimeLineTests.time(60 * (slot - 20) + minute)
                    observations.append(Stretch(versions.randomElement(using: &random)!, at: time))
                }
            }
            let border = Int.random(in: 0...observations.count, using: &random)
            let days = Dictionary(grouping: observations[..<border]) {
                "\($0.version) \($0.first.milliseconds / (7 * 3_600_000))"
            }
            pruned = days.values.map { day in
                let times = day.map(\.first)
                let gap = zip(times.dropFirst(), times).map { $0 - $1 }.max() ?? .zero
                return Stretch(
                    day[0].version, first: times.min()!, last: times.max()!, sightings: day.count,
                    longestGap: Bool.random(using: &random) ? gap : nil)
            }
            pruned += observations[border...]
            pruned.shuffle(using: &random)
        }
    }

    private func version(_ stretches: [Stretch], at time: Timestamp) -> ServedVersion<String> {
        Line(target: Self.target, interval: Self.interval, stretches: stretches).version(at: time)
    }

    /// What the observations themselves say of `time`, told in another way: by walking over them.
    private func candidates(_ observations: [Stretch], at time: Timestamp) -> Set<String> {
        func slot(_ time: Timestamp) -> Int64 { Slot(of: Self.target, interval: Self.interval, at: time).number }
        let inSlot = observations.filter { slot($0.first) == slot(time) }
        if !inSlot.isEmpty { return Set(inSlot.map(\.version)) }
        let near = observations.filter { $0.first - time <= Self.interval * 3 && time - $0.first <= Self.interval * 3 }
        let before = near.filter { $0.first <= time }.max { $0.first < $1.first }
        let after = near.filter { $0.first > time }.min { $0.first < $1.first }
        return Set([before, after].compactMap { $0?.version })
    }

    @Test(arguments: 0..<20)
    func neverNamesAVersionThatTheObservationsExclude(block: UInt64) {
        for seed in block * 200..<block * 200 + 200 {
            let traffic = Traffic(seed: seed)
            var random = SeededGenerator(seed: seed + 1_000_000)
            for _ in 0..<20 {
                let time = Self.time(Int.random(in: -1500...1500, using: &random))
                let possible = candidates(traffic.observations, at: time)
                let exact = version(traffic.observations, at: time)
                #expect(Set(exact.versions) == possible, "seed \(seed) at \(time)")
                if case .oneOf(let versions) = exact, versions.count == 1 {
                    #expect(!traffic.observations.contains { $0.first < time } || !isBracketed(traffic, time))
                }
                // Of tallies it leaves out nothing, and is sure only where every possible past agrees.
                let told = version(traffic.pruned, at: time)
                #expect(possible.isSubset(of: told.versions), "seed \(seed) at \(time): \(told), \(possible)")
                switch told {
                case .observed(let version), .bracketed(let version):
                    #expect(possible == [version], "seed \(seed) at \(time): \(told), \(possible)")
                    // Nor is it sure of a time that the observations say less of.
                    #expect(exact == .observed(version) || exact == told, "seed \(seed) at \(time): \(told), \(exact)")
                case .oneOf(let versions):
                    for name in versions {
                        #expect(isPossible(name, traffic, at: time), "seed \(seed) at \(time): \(name) of \(told)")
                    }
                case .unknown: break
                }
            }
        }
    }

    private func isBracketed(_ traffic: Traffic, _ time: Timestamp) -> Bool {
        let near = traffic.observations.filter {
            $0.first - time <= Self.interval * 3 && time - $0.first <= Self.interval * 3
        }
        return near.contains { $0.first <= time } && near.contains { $0.first > time }
    }

    /// Whether there is a past with the same tallies in which the observations do not exclude `name`: with what stands
    /// somewhere in each stretch put at its first, at its last, or at `time`.
    private func isPossible(_ name: String, _ traffic: Traffic, at time: Timestamp) -> Bool {
        func past(_ place: (Stretch) -> Timestamp) -> [Stretch] {
            traffic.pruned.flatMap { stretch in
                var points = [Stretch(stretch.version, at: stretch.first), Stretch(stretch.version, at: stretch.last)]
                if stretch.sightings > 2 { points.append(Stretch(stretch.version, at: place(stretch))) }
                return points
            }
        }
        let pasts = [
            past(\.first), past(\.last), past { max($0.first, min($0.last, $0.version == name ? time : $0.first)) },
        ]
        return pasts.contains { candidates($0, at: time).contains(name) }
    }
}
