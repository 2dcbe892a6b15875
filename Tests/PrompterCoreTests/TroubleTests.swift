import ConformanceSuites
import PrompterCore
import Testing

/// When a target that is refused is told of.
struct TroubleTests {
    private static let start = Timestamp(milliseconds: 1_764_000_000_000)

    /// A target's trouble, slot by slot.
    private struct Past {
        private let target = Example.target().id
        private let version = VersionIdentity(resolvedModel: "m", fingerprint: nil)!
        private var trouble = Trouble()
        private var hasSucceeded = false
        private var slot: Int64 = 0

        /// - Returns: whether it is told that it is refused.
        mutating func isToldAfter(_ failure: FailureClass?) -> Bool {
            slot += 1
            guard let failure else {
                hasSucceeded = true
                _ = trouble.end(by: Observation(id: 1, target: target, slot: slot, time: start, version: version))
                return false
            }
            let attempt = FailedAttempt(target: target, slot: slot, time: start, failureClass: failure)
            return trouble.take(attempt, hasSucceeded: hasSucceeded).contains { $0.kind == .refused }
        }

        /// - Returns: after how many refused slots it is told.
        mutating func refuse(_ classes: [FailureClass] = [.invalidRequest]) -> Int? {
            (0..<200).first { isToldAfter(classes[$0 % classes.count]) }.map { $0 + 1 }
        }
    }

    /// At hourly slots, over two years each.
    @Test func flakyTargetsAreNotToldOf() {
        var random = SeededGenerator(seed: 11)
        let shares = [0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9]
        let (targets, hours) = (5, 2 * 8760)
        var events = 0
        for share in shares {
            for _ in 0..<targets {
                var past = Past()
                for _ in 0..<hours {
                    let isRefused = Double.random(in: 0..<1, using: &random) < share
                    if past.isToldAfter(isRefused ? .invalidRequest : nil) { events += 1 }
                }
            }
        }
        #expect(Double(events) / Double(2 * targets * shares.count) < 0.05)
    }

    @Test(arguments: [
        // What always worked.
        ([1], 5), ([1000], 5),
        // What was refused for a slot, for one three times, for four three times, or for twenty slots before it worked.
        ([500, -1, 400], 6), ([300, -1, 300, -1, 300, -1, 60], 5), ([200, -4, 1, -4, 1, -4, 200], 31),
        ([-20, 300], 135),
        // What was refused for good and mended.
        ([500, -30, 400], 11), ([400, -30, 200, -30, 200], 12),
        // Forgotten.
        ([400, -30, 9000], 5),
    ]) func whatWorkedIsTold(past slots: [Int], after expected: Int) {
        var past = Past()
        for count in slots {
            for _ in 0..<abs(count) { _ = past.isToldAfter(count < 0 ? .invalidRequest : nil) }
        }
        #expect(past.refuse() == expected)
    }

    /// `-` is an attempt that nobody answered, `n` one that says that there is no such model, `r` another refusal.
    @Test(arguments: [
        ("nn", 2), ("n-n", 3), ("n---n", 5), ("nqan", 4), ("-n-n", 4), ("n-", nil), ("nr", nil), ("nrn", nil),
        ("n-rn", nil), ("n-r-nn", 6),
    ]) func whatNobodyAnswersLeavesAModelThatIsGoneUnconfirmed(attempts: String, toldAt expected: Int?) {
        let classes: [Character: FailureClass] = [
            "-": .timeout, "n": .notFound, "r": .invalidRequest, "q": .quota, "a": .auth,
        ]
        var trouble = Trouble()
        let told = attempts.enumerated().first { slot, attempt in
            let attempt = FailedAttempt(
                target: Example.target().id, slot: Int64(slot), time: Self.start, failureClass: classes[attempt]!)
            return trouble.take(attempt, hasSucceeded: true).contains { $0.kind == .notFound }
        }
        #expect(told.map { $0.offset + 1 } == expected)
    }

    @Test func refusalsByTurnsAreTold() {
        var past = Past()
        _ = past.isToldAfter(nil)
        #expect(past.refuse([.invalidRequest, .noVersion, .malformed]) == 5)
    }
}
