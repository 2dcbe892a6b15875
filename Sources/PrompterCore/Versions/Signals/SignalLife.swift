/// The life of one signal of one target: which of its values are live, which of them are settled, and how strong the evidence
/// is that those are gone.
///
/// It takes the target's successes in the order of their times and returns what each makes known. A value, so that two who take
/// the same observations are equal.
public struct SignalLife: Hashable, Sendable {
    /// A settled set that was replaced, as it was then.
    struct Displaced: Hashable, Sendable {
        var values: [String]
        var mixture: Mixture
        var age: Int
        var nextChoice: Int
        /// The count of ``SignalLife/carried`` before the run that replaced it.
        var count: Int
    }

    /// What one success makes known of the signal.
    struct Change: Hashable, Sendable {
        var kind: Event.Kind
        /// The value that it is about; empty where the signal itself came or went.
        var value: String
        /// What was replaced, and since when that had been live.
        var previous: [String] = []
        var previousSince: Timestamp?
        /// For an alarm, whether observations that were made to confirm it are among those it rests on.
        var isConfirmed: Bool?
        /// The observations that it rests on, in order.
        var evidence: [Sighting] = []
    }

    /// How many replaced sets are remembered, and how many values of each.
    static let mostDisplaced = 4
    static let mostDisplacedValues = 16
    /// A count of answers that none comes to.
    private static let neverAgain = 1 << 40
    /// Answers of a beginning that settle whatever they show: of one alone, its value would be all that is settled, though it
    /// may be the minority of a mixture.
    private static let unconditional = 2
    /// How far apart `appeared` is told: in the long run, and how many may come at once.
    private static let appearancePause: Duration = .seconds(73 * 86_400)
    private static let appearancesAtOnce = 5

    public internal(set) var signal: Signal
    /// Successes of probes that show the signal.
    public internal(set) var shown = 0
    /// Those of them that carried it.
    public internal(set) var carried = 0
    /// Successes of the target since the last that showed it.
    var unshown = 0
    var live = LiveSet()
    /// The first observation that carried the signal, the last, and the last whose value was settled.
    var first: Timestamp?
    var last, lastSettled: Sighting?
    /// What is known of the answers since the settled set was last replaced.
    var mixture = Mixture()
    /// How many those are, and after how many of them the settled set is next chosen anew.
    var age = 0
    var nextChoice = 0
    /// The foreign values that are being seen instead of the settled ones.
    var run: ForeignRun?
    /// The sets that were replaced, the latest last.
    var displaced: [Displaced] = []
    var presence = Presence()
    /// Until when `appeared` is spent (the generic cell rate algorithm).
    var appearancesSpentUntil: Timestamp?

    public init(_ signal: Signal) {
        self.signal = signal
    }

    /// The live values, in the order in which they became live.
    public var members: [LiveValue] { live.values }

    /// Whether its absence was told.
    public var isMissing: Bool { presence.isMissing }

    /// Whether the target's probes have not shown it for so long that what it said counts for nothing: they ask for something
    /// else by now.
    var isForgotten: Bool { unshown >= 20 }

    /// Whether new values keep coming: that one more comes says nothing.
    public var isNoisy: Bool {
        carried >= 20 && mixture.novelShare(inRunOf: run?.length ?? 0) > 0.125
    }

    /// What the signal is worth for a target that asks for `model`.
    public func confidence(model: String) -> Confidence {
        guard carried > 0, !isMissing, presence.absentRun < 20, !isForgotten else { return .absent }
        if isNoisy { return .noisy }
        return members.map { Confidence(of: signal, value: $0.value, model: model) }.min() ?? .absent
    }

    /// Whether `count` more probes now might tell whether a change that has begun is real.
    func wantsConfirmation(_ rules: LifeRules, atMost count: Int) -> Bool {
        guard let run, presence.absentRun == 0, count > 0 else { return false }
        let isKnown = last.flatMap { live[$0.value] }.map { !$0.isFresh } ?? false
        return run.evidence(after: count, mixture: mixture, isKnown: isKnown) >= threshold(rules)
    }

    /// Takes a success in whose probe shows the signal.
    ///
    /// - Parameters:
    ///   - value: `nil` where the answer did not carry the signal.
    ///   - time: when the answer came.
    ///   - id: the observation's id.
    ///   - isConfirmation: whether its probe was made to confirm a change.
    ///   - isKnown: whether a value was seen before, at any time. Only asked where it is not live.
    /// - Returns: what becomes known.
    mutating func take(
        _ value: String?, time: Timestamp, id: UInt64, isConfirmation: Bool = false, rules: LifeRules,
        isKnown: (Signal, String) throws -> Bool
    ) rethrows -> [Change] {
        shown += 1
        unshown = 0
        guard let value else { return absent(time: time, id: id, rules) }
        let sighting = Sighting(time: time, id: id, value: value)
        var changes: [Change] = []
        // A signal that comes for the first time only now is news as well.
        if presence.addPresent() || carried == 0 && shown > rules.beginning {
            changes.append(Change(kind: .present, value: value, evidence: [last, sighting].compactMap(\.self)))
        }
        if carried == 0 { first = time }
        carried += 1
        let isRepeat = run.map { live[value]?.isSeen(in: $0) ?? false } ?? false
        let standing = try live.see(sighting, count: carried) { try isKnown(signal, value) }
        if standing == .novel, let change = appeared(sighting, rules) { changes.append(change) }
        if let standing {
            if age < Self.unconditional {
                begin(standing, sighting)
            } else {
                weigh(standing, sighting, isRepeat: isRepeat, isConfirmation: isConfirmation, rules)
            }
        } else {
            settled(sighting, rules)
        }
        last = sighting
        if let run, run.length > 1, run.evidence >= threshold(rules) || isRefuted(by: run, rules) {
            changes.append(alarm(sighting, run, rules))
        }
        changes += retire(sighting, rules)
        return changes
    }

    /// The evidence at which an alarm is told now.
    private func threshold(_ rules: LifeRules) -> Double {
        guard let first, let last else { return .infinity }
        return rules.threshold(answers: carried, age: last.time - first, settledFor: age)
    }

    // MARK: the settled set

    /// The very first answers are settled whatever they show: they say how many values there are.
    private mutating func begin(_ standing: ForeignRun.Standing, _ sighting: Sighting) {
        live.settle([sighting.value])
        if age > 0 {
            mixture.addSettled()
            if standing == .novel { mixture.novel += 1 }
        }
        age += 1
        lastSettled = sighting
    }

    private mutating func settled(_ sighting: Sighting, _ rules: LifeRules) {
        endRun(rules)
        if age > 0 { mixture.addSettled() }
        age += 1
        lastSettled = sighting
        // More answers know the shares better; later ones change nothing, so that a slow roll-out is no beginning.
        guard age >= max(nextChoice, rules.beginning) else { return }
        nextChoice = nextChoice < 8 * rules.beginning ? max(nextChoice, rules.beginning) * 2 : Self.neverAgain
        live.settleCommonest()
        mixture.foreign = live.answers { !$0.isSettled }
        mixture.answers = max(mixture.answers, mixture.foreign)
        // What led for a few answers and is a minority now was never replaced.
        let minority = members.filter { !$0.isSettled }.map(\.value)
        displaced.removeAll { $0.age < rules.beginning && $0.values.contains(where: minority.contains) }
        // Of a beginning, where all values are new, the rest of the past has less and less.
        mixture.followers /= 2
        mixture.repeats /= 2
    }

    /// Lets the run that goes on, if one does, teach what it was. In a beginning its values are settled, since they came beside
    /// others; not so those that were replaced, of which a last answer may come late.
    private mutating func endRun(_ rules: LifeRules) {
        guard var run else { return }
        run.teach(&mixture)
        mixture.addForeignRun(of: run.length)
        if age < rules.beginning {
            live.settle(
                members.filter { member in
                    member.isSeen(in: run) && !displaced.contains { $0.values.contains(member.value) }
                }.map(\.value))
        }
        live.age()
        age += run.length
        self.run = nil
    }

    /// Begins the run anew with its last answer, since the mixture explains the others better.
    private mutating func restart(_ run: ForeignRun, at sighting: Sighting) {
        var run = run
        run.teach(&mixture)
        mixture.addForeignRun(of: run.length - 1, isCutOff: true)
        age += run.length - 1
        self.run = ForeignRun(start: sighting, startCount: carried - 1, isFresh: run.isFresh)
    }

    // MARK: what is foreign

    /// Whether the last alarm was a mistake: since it, what it replaced has given two answers of three.
    private func isRefuted(by run: ForeignRun, _ rules: LifeRules) -> Bool {
        guard nextChoice == 0, age + run.length >= rules.beginning, let set = displaced.last, let last,
            set.values.contains(last.value)
        else { return false }
        return 3 * live.answers { set.values.contains($0.value) } > 2 * live.answers { _ in true }
    }

    private mutating func weigh(
        _ standing: ForeignRun.Standing, _ sighting: Sighting, isRepeat: Bool, isConfirmation: Bool, _ rules: LifeRules
    ) {
        var run = self.run ?? ForeignRun(start: sighting, startCount: carried - 1)
        run.add(standing, isRepeat: isRepeat, isConfirmation: isConfirmation, mixture: &mixture)
        self.run = run
        if run.length > 1, run.evidence < 1 { restart(run, at: sighting) }
    }

    /// The settled members go at once; what was seen instead is settled.
    private mutating func alarm(_ sighting: Sighting, _ run: ForeignRun, _ rules: LifeRules) -> Change {
        let seen = members.filter { $0.isSeen(in: run) }
        let old = members.filter(\.isSettled)
        // Of what answered before, all that anybody would have noticed is named, also what is not settled.
        let all = live.answers { _ in true }
        let before = members.filter {
            $0.isSettled || !$0.isFresh && 20 * $0.answers >= all && $0.lastCount <= carried - (run.length + 1) / 2
        }
        var change = Change(
            kind: .replaced, value: sighting.value, previous: before.map(\.value),
            previousSince: before.map(\.since).min(),
            isConfirmed: run.confirmations > 0, evidence: [lastSettled, run.start, sighting].compactMap(\.self))
        let isBack = !seen.contains(where: \.isFresh)
        if isBack, let index = displaced.lastIndex(where: { set in seen.contains { set.values.contains($0.value) } }) {
            change.kind = .returned
            restore(index, interlude: run.startCount - displaced[index].count, rules)
            mixture.addSettled(run.length)
            age += run.length
        } else {
            let values = old.sorted { ($0.answers, $1.value) > ($1.answers, $0.value) }.map(\.value)
            displaced.append(
                Displaced(
                    values: Array(values.prefix(Self.mostDisplacedValues)), mixture: mixture, age: age,
                    nextChoice: nextChoice, count: run.startCount))
            if displaced.count > Self.mostDisplaced { displaced.removeFirst() }
            live.replaceSettled(after: run)
            mixture = Mixture()
            mixture.answers = run.length - 1
            mixture.novel = run.novel + run.known
            (age, nextChoice) = (run.length, 0)
        }
        self.run = nil
        lastSettled = sighting
        return change
    }

    /// The settled set is what it was before it was replaced; what came between is one long foreign run of its past. What had
    /// replaced it is gone.
    private mutating func restore(_ index: Int, interlude: Int, _ rules: LifeRules) {
        let set = displaced[index]
        displaced.removeSubrange(index...)
        (mixture, age) = (set.mixture, set.age + interlude)
        // A set that was known from a few answers only may have been the wrong one.
        nextChoice = set.age < rules.beginning ? age + rules.beginning / 2 : Self.neverAgain
        mixture.addForeignRun(of: interlude)
        live.restore(set.values)
    }

    // MARK: what else is told

    /// A value that was never seen is an event where such values are rare, and at most a few times a year.
    private mutating func appeared(_ sighting: Sighting, _ rules: LifeRules) -> Change? {
        guard carried > rules.beginning, mixture.novelShare(inRunOf: run?.length ?? 0) < 0.05 else { return nil }
        let spent = max(appearancesSpentUntil ?? sighting.time, sighting.time)
        guard spent - sighting.time <= Self.appearancePause * (Self.appearancesAtOnce - 1) else { return nil }
        appearancesSpentUntil = spent + Self.appearancePause
        return Change(kind: .appeared, value: sighting.value, evidence: [last, sighting].compactMap(\.self))
    }

    private mutating func absent(time: Timestamp, id: UInt64, _ rules: LifeRules) -> [Change] {
        presence.addAbsent()
        guard !presence.isMissing, carried >= rules.beginning, presence.absentRun > 1, let first,
            presence.evidence >= rules.threshold(answers: shown, age: time - first, settledFor: carried)
        else { return [] }
        presence.isMissing = true
        let here = Sighting(time: time, id: id, value: "")
        return [Change(kind: .missing, value: "", evidence: [last, here].compactMap(\.self))]
    }

    private mutating func retire(_ sighting: Sighting, _ rules: LifeRules) -> [Change] {
        func isOver(_ member: LiveValue) -> Bool {
            carried - member.lastCount >= rules.retireAfter && sighting.time - member.lastSeen >= rules.retireAge
        }
        guard members.contains(where: isOver) else { return [] }
        // That all of the settled are gone is told as a replacement, once the evidence is there; new values that keep coming
        // are none.
        let isLeft = isNoisy || members.contains { $0.isSettled && !isOver($0) }
        let over = members.filter { isOver($0) && (isLeft || !$0.isSettled) }
        let values = Set(over.map(\.value))
        live.remove { values.contains($0.value) }
        guard carried > rules.beginning, !isNoisy else { return [] }
        return over.filter { !$0.isBack }.map { Change(kind: .retired, value: $0.value, evidence: [sighting]) }
    }
}
