/// Answers in a row whose values are not settled, weighed: how much better "the settled values are gone" explains them than "the
/// mixture seen so far goes on".
///
/// Each answer multiplies the evidence by a ratio of two predictions; it never falls below one, and a settled value ends it. That
/// is Page's CUSUM with e-values for its steps (Shin, Ramdas and Rinaldo, "E-detectors: a nonparametric framework for sequential
/// change detection", 2022): however the settled values' share of a mixture may be, evidence reaches x by chance at most once in x
/// answers, as far as the mixture is known.
struct ForeignRun: Hashable, Sendable {
    /// What an answer's value is to the signal.
    enum Standing: Hashable, Sendable {
        /// Never seen before.
        case novel
        /// Seen before this run.
        case known
        /// First seen, ever, in this run.
        case fresh
    }

    /// The first answer.
    var start: Sighting
    /// The count of ``SignalLife/carried`` before it.
    var startCount: Int
    var length = 0
    /// How much better "gone" explains the answers.
    var evidence = 1.0
    /// Answers after the first that brought a value which the run had not shown: never seen before, or known.
    var novel = 0
    var known = 0
    /// Whether the last answer's value was first seen, ever, in this run.
    var isFresh = false
    /// What the run has shown since its last novel value: it teaches when the next comes, or when the run ends.
    var pending = Lesson()
    /// Answers that were made to confirm it.
    var confirmations = 0

    /// What the run's values say of how values follow each other.
    struct Lesson: Hashable, Sendable {
        var novel = 0
        var followers = 0
        var repeats = 0
    }

    init(start: Sighting, startCount: Int) {
        self.start = start
        self.startCount = startCount
    }

    /// A run that begins within another, with an answer that was weighed there.
    init(start: Sighting, startCount: Int, isFresh: Bool) {
        self.init(start: start, startCount: startCount)
        self.isFresh = isFresh
        length = 1
    }

    /// Weighs an answer.
    ///
    /// - Parameter isRepeat: whether the run has shown its value.
    mutating func add(_ standing: Standing, isRepeat: Bool, isConfirmation: Bool, mixture: inout Mixture) {
        // Values that keep coming are no switch: each shows how long those before it stayed.
        if standing == .novel { teach(&mixture) }
        let goesOn =
            switch standing {
            case .novel: mixture.novelShare(inRunOf: length)
            case .known: length == 0 ? mixture.foreignShare : mixture.foreignShareAfterForeign
            case .fresh: mixture.repeatShare(inRunOf: length)
            }
        evidence = min(max(evidence, 1) * chance(of: standing, isRepeat: isRepeat) / goesOn, 1e300)
        if length > 0, !isRepeat { if standing == .novel { novel += 1 } else { known += 1 } }
        if isFresh {
            pending.followers += 1
            if standing == .fresh { pending.repeats += 1 }
        }
        if standing == .novel { pending.novel += 1 }
        isFresh = standing != .known
        length += 1
        if isConfirmation { confirmations += 1 }
    }

    /// The chance of such an answer if the settled values are gone. Whoever takes over may be known or not, and is taken to be one
    /// or few: the longer the run, the less likely is a value that it has not shown.
    private func chance(of standing: Standing, isRepeat: Bool) -> Double {
        guard length > 0 else { return 0.5 }
        // A known value that takes over may have answered in long runs before: any doubt here would hide that from the evidence.
        if isRepeat, standing == .known { return 1 }
        let followers = Double(length - 1) + 2.5
        if isRepeat { return (Double(length - 1) - Double(novel + known) / 3 + 1.5) / followers }
        return (Double(standing == .novel ? novel : known) / 3 + 0.5) / followers
    }

    /// Lets `mixture` learn how the run's values follow each other.
    mutating func teach(_ mixture: inout Mixture) {
        mixture.novel += pending.novel
        mixture.followers += pending.followers
        mixture.repeats += pending.repeats
        pending = Lesson()
    }

    /// What the evidence would be after `count` more answers that repeat the last.
    func evidence(after count: Int, mixture: Mixture, isKnown: Bool) -> Double {
        var run = self
        var mixture = mixture
        for _ in 0..<count {
            run.add(isKnown ? .known : .fresh, isRepeat: true, isConfirmation: true, mixture: &mixture)
        }
        return run.evidence
    }
}
