/// How often a target was refused in the past, which tells one that is refused for good from one that is refused now and then.
public struct RefusalHistory: Hashable, Sendable {
    /// Of a longer history one half is forgotten.
    private static let mostSlots = 1000
    /// How much better "it is refused for good" must explain a run of refusals than "it goes on as before". By the hour there
    /// are 8,760 slots in which chance may begin a run, so that it makes at most 0.03 events of them in a year.
    private static let leastRatio = 300_000.0

    /// Slots that were answered.
    public var answers: Int
    /// Slots that were refused, in runs that have ended.
    public var refusals: Int
    /// Those runs.
    public var runs: Int

    public init(answers: Int = 0, refusals: Int = 0, runs: Int = 0) {
        self.answers = answers
        self.refusals = refusals
        self.runs = runs
    }

    /// Whether a run of `length` refused slots, which goes on, is improbable for a target with this history. One that was never
    /// refused has nothing to be judged by.
    func makesImprobable(run length: Int) -> Bool {
        guard runs > 0 else { return true }
        let share = Double(refusals + 1) / Double(refusals + answers + 1)
        // One refusal often brings the next.
        let again = max(share, (Double(refusals - runs) + 0.5) / Double(refusals + 1))
        var (ratio, slots) = (1 / share, 1)
        while ratio < Self.leastRatio, slots < length {
            ratio /= again
            slots += 1
        }
        return ratio >= Self.leastRatio
    }

    /// Takes a slot that was answered, after a run of `length` refused ones.
    ///
    /// - Parameter wasTold: whether the run was an event. What was refused for good and mended says little about chance.
    mutating func take(answerAfter length: Int, wasTold: Bool) {
        if length > 0 {
            refusals += wasTold ? min(length, 2) : length
            runs += 1
        }
        answers += 1
        if answers + refusals > Self.mostSlots {
            answers /= 2
            refusals /= 2
            runs = min(runs / 2, refusals)
        }
    }
}
