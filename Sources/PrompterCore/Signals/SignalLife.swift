/// The life of one signal of one target: which of its values are live, which of them are settled, and what is about to change.
///
/// It takes the target's successes in the order of their times and returns what each makes known. A value, so that two who take
/// the same observations are equal.
public struct SignalLife: Hashable, Sendable {
    /// A live value. A retired one is no member; that it was one is known from its versions.
    public struct Member: Hashable, Sendable {
        public var value: String
        /// When it became live, the last time that it did.
        public var since: Timestamp
        public var lastSeen: Timestamp
        /// The count of ``SignalLife/carried`` when it was last seen.
        var lastCount: Int
        /// Whether it belongs to the set that a replacement replaces.
        public var isSettled: Bool
    }

    /// What one success makes known of the signal.
    struct Change: Hashable, Sendable {
        var kind: Event.Kind
        /// The value that it is about; empty where the signal itself came or went.
        var value: String
        /// What was replaced, and since when that had been live.
        var previous: [String] = []
        var previousSince: Timestamp?
        /// Whether one of the observations that it rests on was made to confirm it.
        var isConfirmed = false
        /// The observations that it rests on, in order.
        var evidence: [Sighting] = []
    }

    /// The most members: with more, the one seen longest ago is retired at once.
    static let mostMembers = 64
    /// How many observations the judgement on noise looks back.
    static let memory = 90

    public internal(set) var signal: Signal
    /// Successes of probes that show the signal.
    public internal(set) var shown = 0
    /// Those of them that carried it.
    public internal(set) var carried = 0
    /// The live set, in the order in which its members became live.
    public internal(set) var members: [Member] = []
    /// The last observation that carried the signal, and the last whose value was settled.
    var last, lastSettled: Sighting?
    /// Observations in a row whose value was not settled, and the first of them.
    var foreignRun = 0
    var foreignStart: Sighting?
    /// Whether one of them was made to confirm the first.
    var isForeignConfirmed = false
    /// Successes in a row that did not carry the signal.
    var absentRun = 0
    /// Whether its absence was told.
    public internal(set) var isMissing = false
    /// What the last replacement replaced, and the count of ``carried`` then.
    var displaced: [String] = []
    var displacedCount = 0
    /// The last ``memory`` observations, the latest in the lowest bit: whether the value was one never seen before, and whether
    /// it was another than the one before but known.
    var news: UInt128 = 0
    var returns: UInt128 = 0

    public init(_ signal: Signal) {
        self.signal = signal
    }

    /// Whether its values come and do not come back, so that no absence says anything: of its latest observations more brought
    /// a value that was never seen before than one that returned, by a margin that no stable traffic has.
    public var isNoisy: Bool {
        let new = news.nonzeroBitCount
        return carried >= 20 && new >= 8 && new > returns.nonzeroBitCount + 2
    }

    /// Whether a member would be told of as new now.
    func isInBaseline(_ rules: LifeRules) -> Bool { carried < rules.baseline }

    /// What the signal is worth for a target that asks for `model`.
    public func confidence(model: String) -> Confidence {
        guard carried > 0, !isMissing, absentRun < 20 else { return .absent }
        if isNoisy { return .noisy }
        // Google's names may be asked for with the folder before them, and answer without it.
        let model = model.hasPrefix("models/") ? String(model.dropFirst(7)) : model
        if signal == .model, members.allSatisfy({ $0.value == model }), !Confidence.isSnapshot(model) { return .echo }
        return .proven
    }

    /// Whether one more probe now would tell whether the change that has begun is real.
    func wantsConfirmation(_ rules: LifeRules) -> Bool {
        signal.isMajor && foreignRun > 0 && foreignRun < rules.patience(with: signal) && absentRun == 0 && !isNoisy
    }

    /// Takes a success in whose probe shows the signal.
    ///
    /// - Parameters:
    ///   - sighting: its place, and its value; `nil` where the answer did not carry the signal.
    ///   - isConfirmation: whether its probe was made to confirm a change.
    ///   - isKnown: whether a value was seen before, at any time. Only asked where it is not live.
    /// - Returns: what becomes known.
    mutating func take(
        _ value: String?, time: Timestamp, id: UInt64, isConfirmation: Bool = false, rules: LifeRules,
        isKnown: (Signal, String) throws -> Bool
    ) rethrows -> [Change] {
        shown += 1
        guard let value else { return absent(time: time, id: id, rules) }
        let sighting = Sighting(time: time, id: id, value: value)
        var changes: [Change] = []
        // A signal that comes for the first time only now has no baseline yet, but its coming is news.
        if isMissing || carried == 0 && shown > rules.baseline {
            changes.append(Change(kind: .present, value: value, evidence: [last, sighting].compactMap(\.self)))
        }
        isMissing = false
        absentRun = 0
        let wasInBaseline = isInBaseline(rules)
        carried += 1
        var isSettled = false
        if let index = members.firstIndex(where: { $0.value == value }) {
            note(isNew: false, isReturn: value != last?.value)
            members[index].lastSeen = time
            members[index].lastCount = carried
            isSettled = members[index].isSettled
        } else {
            let known = try isKnown(signal, value)
            note(isNew: !known, isReturn: known && value != last?.value)
            // What a replacement has just declared gone and is back was not gone: the two are live together.
            isSettled = displaced.contains(value) && carried - displacedCount <= rules.replaceAfter
            members.append(
                Member(value: value, since: time, lastSeen: time, lastCount: carried, isSettled: isSettled))
            if !wasInBaseline, !isNoisy {
                changes.append(
                    Change(
                        kind: known ? .returned : .appeared, value: value,
                        evidence: [last, sighting].compactMap(\.self)))
            }
            dropExcess()
        }
        if wasInBaseline {
            if carried == rules.baseline { settle() }
        } else if isSettled {
            foreignRun = 0
        } else {
            if foreignRun == 0 {
                foreignStart = sighting
                isForeignConfirmed = false
            }
            foreignRun += 1
            isForeignConfirmed = isForeignConfirmed || isConfirmation
            if foreignRun >= rules.patience(with: signal), !isNoisy { changes.append(replace(sighting)) }
        }
        last = sighting
        if wasInBaseline || isSettled { lastSettled = sighting }
        changes += retire(sighting, rules, isTold: !wasInBaseline)
        return changes
    }

    private mutating func absent(time: Timestamp, id: UInt64, _ rules: LifeRules) -> [Change] {
        absentRun += 1
        guard !isMissing, carried > 0, shown > rules.baseline, absentRun >= rules.patience(with: signal) else {
            return []
        }
        isMissing = true
        let here = Sighting(time: time, id: id, value: "")
        return [Change(kind: .missing, value: "", evidence: [last, here].compactMap(\.self))]
    }

    private mutating func note(isNew: Bool, isReturn: Bool) {
        let kept: UInt128 = (1 << UInt128(Self.memory)) - 1
        news = (news << 1 | (isNew ? 1 : 0)) & kept
        returns = (returns << 1 | (isReturn ? 1 : 0)) & kept
    }

    private mutating func settle() {
        for index in members.indices { members[index].isSettled = true }
        foreignRun = 0
        foreignStart = nil
    }

    /// The settled members go at once; what is left is settled.
    private mutating func replace(_ sighting: Sighting) -> Change {
        let old = members.filter(\.isSettled)
        members.removeAll(where: \.isSettled)
        displaced = old.map(\.value)
        displacedCount = carried
        let evidence = [lastSettled, foreignStart, sighting].compactMap(\.self)
        settle()
        lastSettled = sighting
        return Change(
            kind: .replaced, value: sighting.value, previous: old.map(\.value),
            previousSince: old.map(\.since).min(), isConfirmed: isForeignConfirmed, evidence: evidence)
    }

    private mutating func retire(_ sighting: Sighting, _ rules: LifeRules, isTold: Bool) -> [Change] {
        func isOver(_ member: Member) -> Bool {
            carried - member.lastCount >= rules.retireAfter && sighting.time - member.lastSeen >= rules.retireAge
        }
        guard members.contains(where: isOver) else { return [] }
        let over = members.filter(isOver)
        members.removeAll(where: isOver)
        // Each of the old set's members was told of when it went: what is left is the set now.
        if isTold, !members.contains(where: \.isSettled) { settle() }
        guard isTold, !isNoisy else { return [] }
        return over.map { Change(kind: .retired, value: $0.value, evidence: [sighting]) }
    }

    private mutating func dropExcess() {
        guard members.count > Self.mostMembers,
            let oldest = members.indices.min(by: { members[$0].lastCount < members[$1].lastCount })
        else { return }
        members.remove(at: oldest)
    }
}
