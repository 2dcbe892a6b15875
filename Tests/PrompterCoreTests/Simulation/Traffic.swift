import ConformanceSuites

/// Fingerprints as a provider might serve them, of known truth.
enum Traffic: String, CaseIterable {
    /// One value for ever.
    case single
    /// Several values by turns, each with its share.
    case rolling
    /// One value, and a second with a small share from some day on.
    case canary
    /// Several values, of which one is no longer served from some day on.
    case vanishing
    /// A new value with nearly every answer.
    case noise
    /// From one set to another at once.
    case fullSwitch = "full switch"
    /// From one value to another by a share that grows slowly.
    case slowRollOut = "slow roll-out"
    /// To another value, and after some days back.
    case thereAndBack = "A→B→A"
    /// Runs of values most of which never come back, as 90 real answers of one model had them.
    case measured

    /// Whether nothing is ever replaced in it.
    var isStable: Bool {
        switch self {
        case .single, .rolling, .canary, .vanishing, .noise, .measured: true
        case .fullSwitch, .slowRollOut, .thereAndBack: false
        }
    }

    /// When what happens happens, in probes.
    static let change = 200

    /// The values of `count` probes.
    func values(count: Int, using random: inout SeededGenerator) -> [String] {
        switch self {
        case .single: return Array(repeating: "a", count: count)
        case .rolling:
            let set = Self.set("a", of: Int.random(in: 2...10, using: &random), using: &random)
            return (0..<count).map { _ in set.draw(using: &random) }
        case .canary:
            let share = Double.random(in: 0.01...0.2, using: &random)
            return (0..<count).map {
                $0 >= Self.change && Double.random(in: 0..<1, using: &random) < share ? "b" : "a"
            }
        case .vanishing:
            let set = Self.set("a", of: Int.random(in: 2...6, using: &random), using: &random)
            let left = set.without(Int.random(in: 0..<set.names.count, using: &random))
            return (0..<count).map { ($0 < Self.change ? set : left).draw(using: &random) }
        case .noise:
            return (0..<count).map { Double.random(in: 0..<1, using: &random) < 0.92 ? "n\($0)" : "a" }
        case .fullSwitch:
            let old = Self.set("a", of: Int.random(in: 1...6, using: &random), using: &random)
            let new = Self.set("b", of: Int.random(in: 1...6, using: &random), using: &random)
            return (0..<count).map { ($0 < Self.change ? old : new).draw(using: &random) }
        case .slowRollOut:
            let length = Int.random(in: 50...400, using: &random)
            return (0..<count).map {
                let share = Double($0 - Self.change) / Double(length)
                return Double.random(in: 0..<1, using: &random) < share ? "b" : "a"
            }
        case .thereAndBack:
            let back = Self.change + Int.random(in: 60...200, using: &random)
            return (0..<count).map { (Self.change..<back).contains($0) ? "b" : "a" }
        case .measured: return Self.measured(using: &random)
        }
    }

    private struct Shares {
        var names: [String]
        var weights: [Double]

        func without(_ index: Int) -> Shares {
            var left = self
            left.names.remove(at: index)
            left.weights.remove(at: index)
            return left
        }

        func draw(using random: inout SeededGenerator) -> String {
            var point = Double.random(in: 0..<weights.reduce(0, +), using: &random)
            for (name, weight) in zip(names, weights) {
                point -= weight
                if point < 0 { return name }
            }
            return names[names.count - 1]
        }
    }

    /// Shares between a twentieth and the whole of the largest.
    private static func set(_ prefix: String, of count: Int, using random: inout SeededGenerator) -> Shares {
        Shares(
            names: (0..<count).map { "\(prefix)\($0)" },
            weights: (0..<count).map { _ in Double.random(in: 0.05...1, using: &random) })
    }

    /// 90 answers: 27 distinct values, 36 changes, 10 of them to an earlier value.
    private static func measured(using random: inout SeededGenerator) -> [String] {
        let changes = Set((1..<90).shuffled(using: &random).prefix(36))
        var isReturn = (0..<36).map { $0 < 10 }.shuffled(using: &random)
        // With one value known there is none to return to.
        while isReturn[0] { isReturn.shuffle(using: &random) }
        var known = ["v0"]
        var current = "v0"
        return (0..<90).map { index in
            guard changes.contains(index) else { return current }
            if isReturn.removeFirst(), let earlier = known.filter({ $0 != current }).randomElement(using: &random) {
                current = earlier
            } else {
                current = "v\(known.count)"
                known.append(current)
            }
            return current
        }
    }
}
