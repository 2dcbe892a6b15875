/// One line of the comparison: a figure of prompterd's, what is beside it, and what is wanted of it.
struct ComparisonRow {
    /// What `--only` selects it by.
    var topic: String
    var work: String
    var unit: Unit
    var own: Source
    /// `nil` where nobody else does it.
    var beside: Source?
    var goal: Goal

    /// Where a figure comes from. What several rows want of one run is measured once.
    enum Source: Hashable {
        /// A command of this program, and the name of one of its figures.
        case own(OwnRun, String)
        case reference(Reference)
        /// What can't be surpassed.
        case ideal(Double)

        /// The same without a figure's name: what is run for it.
        var run: Source {
            if case .own(let run, _) = self { .own(run, "") } else { self }
        }

        var name: String {
            switch self {
            case .own(let run, _): run.name
            case .reference(let reference): reference.rawValue
            case .ideal: "ideal"
            }
        }
    }

    enum Unit {
        case perSecond, seconds, bytes, cores, share

        func text(_ value: Double) -> String {
            switch self {
            case .perSecond: NumberText.rounded(value, digits: value < 100 ? 1 : 0) + "/s"
            case .seconds:
                value < 1
                    ? NumberText.rounded(value * 1000, digits: 1) + " ms" : NumberText.rounded(value, digits: 2) + " s"
            case .bytes: NumberText.rounded(value / 1_048_576, digits: 0) + " MiB"
            case .cores: NumberText.rounded(value * 100, digits: value < 0.1 ? 2 : 0) + " % of a core"
            case .share: NumberText.rounded(value * 100, digits: 2) + " %"
            }
        }
    }

    enum Goal {
        /// So many times the figure beside it, at least.
        case times(Double)
        /// What a probe costs, at most so many times what it costs beside: both figures are rates.
        case cost(Double)
        /// In the row's unit.
        case atLeast(Double)
        case atMost(Double)

        func text(_ unit: Unit) -> String {
            switch self {
            case .times(let factor): "≥ \(Self.factor(factor))"
            case .cost(let factor): "≤ \(Self.factor(factor)) the cost"
            case .atLeast(let value): "≥ \(unit.text(value))"
            case .atMost(let value): "≤ \(unit.text(value))"
            }
        }

        /// A ratio of the two figures, as the goal has it.
        func ratio(own: Double, beside: Double) -> Double {
            if case .cost = self { beside / own } else { own / beside }
        }

        func isMet(own: Double, ratio: Double?) -> Bool? {
            switch self {
            case .times(let factor): ratio.map { $0 >= factor }
            case .cost(let factor): ratio.map { $0 <= factor }
            case .atLeast(let value): own >= value
            case .atMost(let value): own <= value
            }
        }

        static func factor(_ value: Double) -> String { "\(NumberText.rounded(value, digits: value < 10 ? 2 : 0)) ×" }
    }
}
