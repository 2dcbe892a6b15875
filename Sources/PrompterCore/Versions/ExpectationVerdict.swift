/// How an expectation is judged: by what is live of the signals that its patterns name. A pattern does not say whether it is of a
/// model, a fingerprint or a digest; the values beside it tell.
extension Expectation {
    /// A live value that is not expected.
    public struct Slip: Hashable, Sendable {
        public var signal: Signal
        public var value: String
        /// Since when it is live.
        public var since: Timestamp
    }

    /// Signals that name a version, in the order in which a slip is told by one of them: a digest says more than a model, and a
    /// slip to another model is one slip, however many fingerprints that has.
    private static let order: [Signal] = [.digest, .model, .fingerprint]
    /// A beginning that a pattern and a value have in common says nothing below this length.
    private static let shortestLikeness = 2
    /// A shorter text of hexadecimal digits may be a word.
    private static let shortestHash = 8

    /// Whether everything live in `life` is expected; `nil` where nothing is live of the signals that the patterns name.
    public func isMet(by life: TargetLife) -> Bool? {
        let live = subjects(in: life).compactMap { life[$0] }.filter { signal in
            // What is no longer shown may be anything.
            !signal.members.isEmpty && signal.confidence(model: "") != .absent
        }
        guard !live.isEmpty else { return nil }
        return live.contains { $0.members.allSatisfy { allows($0.value) } }
    }

    /// What `observation`, which `life` has taken in, shows and the watch does not expect; `nil` where it shows something that is
    /// expected, nothing that the patterns speak of, or nothing that is live: what came late and is gone slips no more.
    public func slip(of observation: Observation, in life: TargetLife) -> Slip? {
        guard !Self.order.contains(where: { observation[$0].map(allows) ?? false }) else { return nil }
        for signal in subjects(in: life) {
            guard let value = observation[signal] else { continue }
            guard let member = life[signal]?.members.first(where: { $0.value == value }) else { return nil }
            return Slip(signal: signal, value: value, since: member.since)
        }
        return nil
    }

    /// The signals that the patterns name, each pattern the one whose live values are most like it. A pattern like none names
    /// the model, or else what there is.
    private func subjects(in life: TargetLife) -> [Signal] {
        let lives = Self.order.compactMap { life[$0] }.filter { !$0.members.isEmpty }
        guard let usual = lives.first(where: { $0.signal == .model }) ?? lives.last else { return [] }
        let named = Set(
            patterns.map { pattern in
                var best = (signal: usual.signal, likeness: 0)
                for life in lives {
                    let likeness = life.members.map { Self.likeness(of: pattern, to: $0.value) }.max() ?? 0
                    if likeness > best.likeness { best = (life.signal, likeness) }
                }
                return best.signal
            })
        return Self.order.filter(named.contains)
    }

    private static func likeness(of pattern: String, to value: String) -> Int {
        if Expectation([pattern]).allows(value) { return .max }
        let name = pattern.hasSuffix("*") ? String(pattern.dropLast()) : pattern
        // Two hashes need have no digit in common.
        if isHash(value, shortest: shortestHash), isHash(name) { return .max - 1 }
        let common = zip(name.utf8, value.utf8).prefix { $0 == $1 }.count
        return common < shortestLikeness ? 0 : common
    }

    /// Whether `text` is a hash in hexadecimal digits, or how one begins.
    private static func isHash(_ text: String, shortest: Int = 1) -> Bool {
        text.utf8.count >= shortest && text.utf8.allSatisfy(Hexadecimal.isDigit)
    }
}

extension TargetLife {
    /// The events of those watches that do not expect what `observation`, which the life has taken in, shows: of each value once
    /// while it is live.
    ///
    /// - Parameters:
    ///   - expectations: those of the target's watches.
    ///   - isTold: whether a watch was told, at a time or later, that it does not expect a value.
    /// - Returns: in the order of the watches.
    public func unexpected(
        _ observation: Observation, by expectations: [Watch.Key: Expectation],
        isTold: (Watch.Key, String, Timestamp) throws -> Bool
    ) rethrows -> [Event] {
        var events: [Event] = []
        for (watch, expectation) in expectations.sorted(by: { $0.key < $1.key }) {
            guard let slip = expectation.slip(of: observation, in: self),
                try !isTold(watch, slip.value, slip.since)
            else { continue }
            events.append(Event(slip, by: observation, unexpectedBy: watch, expectation))
        }
        return events
    }
}
