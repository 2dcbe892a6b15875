import ConformanceSuites
import Testing

/// Answers as a provider might give them, of known truth.
struct Traffic: Sendable, CustomTestStringConvertible {
    /// What the answer in a slot shows; `nil` where it does not carry the signal. One that is asked for again in the slot comes by
    /// a connection of its own.
    typealias Source = (_ slot: Int, _ random: inout SeededGenerator) -> String?

    let name: String
    /// Each call begins a target of its own.
    let source: @Sendable () -> Source

    init(_ name: String, _ source: @escaping @Sendable () -> Source) {
        (self.name, self.source) = (name, source)
    }

    var testDescription: String { name }

    /// One after another for so many slots each; the last for ever.
    static func stretches(_ name: String, _ stretches: [(Traffic, slots: Int)]) -> Traffic {
        Traffic(name) {
            let sources = stretches.map { ($0.0.source(), $0.slots) }
            return { slot, random in
                var rest = slot
                for (source, slots) in sources.dropLast() {
                    if rest < slots { return source(slot, &random) }
                    rest -= slots
                }
                return sources[sources.count - 1].0(slot, &random)
            }
        }
    }

    /// These answers, one a slot.
    static func list(_ values: [String?]) -> Traffic {
        Traffic("a list") { { slot, _ in values[slot] } }
    }

    // MARK: mixtures

    static func single(_ value: String) -> Traffic {
        Traffic("one value") { { _, _ in value } }
    }

    static func pair(_ share: Double) -> Traffic {
        mixture("pair, minority \(share * 100) %", [("a", 1 - share), ("b", share)])
    }

    static func equal(_ count: Int, prefix: String = "v") -> Traffic {
        mixture("\(count) values, equal", (1...count).map { ("\(prefix)\($0)", 1) })
    }

    static func squares(_ count: Int) -> Traffic {
        mixture("\(count) values, 1/n²", (1...count).map { ("v\($0)", 1 / Double($0 * $0)) })
    }

    static func mixture(_ name: String, _ shares: [(value: String, weight: Double)]) -> Traffic {
        let sum = shares.reduce(0) { $0 + $1.weight }
        return Traffic(name) {
            { _, random in
                var point = Double.random(in: 0..<sum, using: &random)
                for share in shares {
                    point -= share.weight
                    if point < 0 { return share.value }
                }
                return shares[shares.count - 1].value
            }
        }
    }

    /// As 90 real fingerprints of one model came: 36 changes, 10 of them to an earlier value, the others to one never seen before.
    static let measured = Traffic("measured fingerprints") {
        var known = ["v0"]
        var current = "v0"
        var count = 0
        return { slot, random in
            if count > 0, Double.random(in: 0..<89, using: &random) < 36 {
                let earlier = known.suffix(30).filter { $0 != current }
                if Double.random(in: 0..<36, using: &random) < 10, let value = earlier.randomElement(using: &random) {
                    current = value
                } else {
                    current = "v\(known.count)"
                    known.append(current)
                }
            }
            count += 1
            return current
        }
    }

    static let noise = Traffic("every answer a new value") {
        var count = 0
        return { _, _ in
            count += 1
            return "n\(count)"
        }
    }

    static func present(_ share: Double) -> Traffic {
        Traffic("present in \(share * 100) % of answers") {
            { _, random in Double.random(in: 0..<1, using: &random) < share ? "a" : nil }
        }
    }

    // MARK: two values by turns

    static let turns = Traffic("two values by turns of 5 to 200") {
        var current = "b"
        var end = 0
        return { slot, random in
            if slot >= end {
                current = current == "a" ? "b" : "a"
                end = slot + Int.random(in: 5...200, using: &random)
            }
            return current
        }
    }

    static func days(_ hours: Int) -> Traffic {
        Traffic("\(hours) hours a day another value") { { slot, _ in slot % 24 < hours ? "b" : "a" } }
    }

    // MARK: changes

    /// `share` of a new value for 300 slots, after `history` of the old one; then the new one alone.
    static func canary(_ share: Double, history: Int) -> Traffic {
        stretches(
            "canary of \(share * 100) % after \(history)",
            [(single("a"), history), (pair(share), 300), (single("b"), 1)])
    }

    /// From 5 % to all in a month of hours, after `history` of the old value.
    static func rollOut(history: Int) -> Traffic {
        Traffic("roll-out in a month after \(history)") {
            { slot, random in
                let share = slot < history ? 0 : 0.05 + 0.95 * Double(slot - history) / 720
                return Double.random(in: 0..<1, using: &random) < share ? "b" : "a"
            }
        }
    }

    /// A value of its own for each `length` slots.
    static func steps(of length: Int) -> Traffic {
        Traffic("another value every \(length) answers") { { slot, _ in "d\(slot / length)" } }
    }
}
