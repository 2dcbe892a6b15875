import ConformanceSuites

@testable import PrompterCore

/// What a rule makes known.
struct AlarmNews: Hashable {
    var kind: Event.Kind
    var value: String

    init(_ kind: Event.Kind, _ value: String) {
        (self.kind, self.value) = (kind, value)
    }
}

/// What decides, answer by answer, what is told of a signal.
protocol AlarmRule {
    init(_ signal: Signal)
    /// - Returns: what becomes known; `retired`, which is no news for anybody on call, may be left out.
    mutating func take(_ value: String?, time: Timestamp, isConfirmation: Bool) -> [AlarmNews]
    /// Whether another probe is to be made now, after `made` of this slot that were.
    func wantsConfirmation(made: Int) -> Bool
}

/// The rule that the daemon goes by.
struct Evidence: AlarmRule {
    private(set) var life: SignalLife
    private var known: Set<String> = []
    private let rules: LifeRules
    private var id: UInt64 = 0
    private(set) var changes: [SignalLife.Change] = []

    init(_ signal: Signal) {
        self.init(signal, rules: LifeRules())
    }

    init(_ signal: Signal, rules: LifeRules) {
        life = SignalLife(signal)
        self.rules = rules
    }

    mutating func take(_ value: String?, time: Timestamp, isConfirmation: Bool) -> [AlarmNews] {
        id += 1
        let seen = known
        let changes = life.take(value, time: time, id: id, isConfirmation: isConfirmation, rules: rules) {
            seen.contains($1)
        }
        if let value { known.insert(value) }
        self.changes += changes
        return changes.map { AlarmNews($0.kind, $0.value) }
    }

    func wantsConfirmation(made: Int) -> Bool {
        life.wantsConfirmation(rules, atMost: rules.mostConfirmations - made)
    }
}

/// A rule over traffic that is drawn slot by slot, with confirmations as the daemon makes them.
struct Simulation<Rule: AlarmRule> {
    /// Something that was told, and after how many answers: of all, and of those since the change.
    struct Told {
        var news: AlarmNews
        var slot: Int
        var answers: Int
    }

    private(set) var told: [Told] = []
    private(set) var rule: Rule
    /// Probes that were made to confirm something.
    private(set) var confirmations = 0

    /// - Parameters:
    ///   - change: the slot in which the change that ``Told/answers`` counts from happens.
    ///   - interval: how far apart the slots are.
    init(
        _ traffic: Traffic, slots: Int, signal: Signal = .model, seed: UInt64, change: Int = 0,
        interval: Duration = .seconds(3600)
    ) {
        self.init(Rule(signal), traffic, slots: slots, seed: seed, change: change, interval: interval)
    }

    init(
        _ rule: Rule, _ traffic: Traffic, slots: Int, seed: UInt64, change: Int = 0,
        interval: Duration = .seconds(3600)
    ) {
        self.rule = rule
        // Seeds that follow each other give parts of one sequence; what each draws first does not.
        var seeds = SeededGenerator(seed: seed)
        var random = SeededGenerator(seed: seeds.next())
        let source = traffic.source()
        let start = Timestamp(milliseconds: 1_764_000_000_000)
        var answers = 0
        for slot in 0..<slots {
            var made = 0
            while true {
                if slot >= change { answers += 1 }
                let time = start + interval * slot + .seconds(made)
                for news in self.rule.take(source(slot, &random), time: time, isConfirmation: made > 0) {
                    told.append(Told(news: news, slot: slot, answers: answers))
                }
                guard self.rule.wantsConfirmation(made: made) else { break }
                made += 1
                confirmations += 1
            }
        }
    }

    func told(_ kinds: Event.Kind..., in slots: Range<Int> = 0..<Int.max) -> [Told] {
        told.filter { kinds.contains($0.news.kind) && slots.contains($0.slot) }
    }
}
