/// A live value of a signal. A retired one is none; that it was one is known from its versions.
public struct LiveValue: Hashable, Sendable {
    public var value: String
    /// When it became live, the last time that it did.
    public var since: Timestamp
    public var lastSeen: Timestamp
    /// The count of ``SignalLife/carried`` when it was last seen.
    var lastCount: Int
    /// Answers that showed it since the settled set was last replaced.
    var answers: Int
    /// Whether it belongs to the set that a replacement replaces: the commonest, which together have half of the answers.
    public internal(set) var isSettled: Bool
    /// Whether it was first seen, ever, in the run of foreign values that goes on.
    var isFresh: Bool
    /// Whether it was live before, and came back without a word: so it goes.
    var isBack = false

    func isSeen(in run: ForeignRun) -> Bool { lastCount > run.startCount }
}

/// The live values of a signal, and which of them are settled.
struct LiveSet: Hashable, Sendable {
    /// The most values: with more, the one seen longest ago is retired at once.
    static let most = 64

    /// In the order in which they became live.
    var values: [LiveValue] = []
    /// Values that are settled and were retired since: each is settled again once it is seen.
    var awaited: [String] = []

    subscript(value: String) -> LiveValue? { values.first { $0.value == value } }

    /// How many answers showed the values that match.
    func answers(where isMatch: (LiveValue) -> Bool) -> Int {
        values.reduce(0) { $0 + (isMatch($1) ? $1.answers : 0) }
    }

    /// Adds an answer.
    ///
    /// - Parameters:
    ///   - count: how many answers have carried the signal, with this one.
    ///   - isKnown: whether its value was seen before, at any time. Only asked where it is not live.
    /// - Returns: what it is to the settled values; `nil` for one of them.
    mutating func see(
        _ sighting: Sighting, count: Int, isKnown: () throws -> Bool
    ) rethrows -> ForeignRun.Standing? {
        if let index = values.firstIndex(where: { $0.value == sighting.value }) {
            values[index].lastSeen = sighting.time
            values[index].lastCount = count
            values[index].answers += 1
            return values[index].isSettled ? nil : values[index].isFresh ? .fresh : .known
        }
        let known = try isKnown()
        let isAwaited = awaited.contains(sighting.value)
        awaited.removeAll { $0 == sighting.value }
        values.append(
            LiveValue(
                value: sighting.value, since: sighting.time, lastSeen: sighting.time, lastCount: count, answers: 1,
                isSettled: isAwaited, isFresh: !known && !isAwaited, isBack: known))
        if values.count > Self.most, let oldest = values.map(\.lastCount).min() {
            remove { $0.lastCount == oldest }
        }
        return isAwaited ? nil : known ? .known : .novel
    }

    mutating func remove(where goes: (LiveValue) -> Bool) {
        values.removeAll(where: goes)
        if awaited.isEmpty, !values.contains(where: \.isSettled) { settleCommonest() }
    }

    /// Settles `settled` beside those that are.
    mutating func settle(_ settled: [String]) {
        for index in values.indices where settled.contains(values[index].value) {
            values[index].isSettled = true
            values[index].isFresh = false
        }
    }

    /// Settles the commonest values, as many as have half of the answers.
    mutating func settleCommonest() {
        let all = answers { _ in true }
        var covered = 0
        for index in values.indices.sorted(by: { (values[$0].answers, $1) > (values[$1].answers, $0) }) {
            values[index].isSettled = 2 * covered < all
            covered += values[index].answers
        }
    }

    /// Marks that the run has ended in which some were first seen.
    mutating func age() {
        for index in values.indices { values[index].isFresh = false }
    }

    /// Drops the settled values and settles what `run` showed instead.
    mutating func replaceSettled(after run: ForeignRun) {
        values.removeAll(where: \.isSettled)
        for index in values.indices {
            let isSeen = values[index].isSeen(in: run)
            values[index].answers = isSeen ? values[index].isFresh ? values[index].answers : 1 : 0
            values[index].isSettled = isSeen
            values[index].isFresh = false
        }
        awaited = []
    }

    /// Settles `settled`, and drops what was.
    mutating func restore(_ settled: [String]) {
        values.removeAll { $0.isSettled && !settled.contains($0.value) }
        for index in values.indices {
            values[index].isSettled = settled.contains(values[index].value)
            values[index].isFresh = false
        }
        awaited = settled.filter { self[$0] == nil }
    }
}
