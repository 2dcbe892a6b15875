/// When something improbable is told. Every instance of a fleet goes by the same rules, so that each derives the same events.
public struct LifeRules: Hashable, Sendable {
    /// Answers after which the settled values are known well enough to tell of others. What appears earlier is no news.
    public var beginning = 20
    /// Target-years of stable traffic in which a signal may raise one false alarm by the evidence. The promise is one in twenty;
    /// the other half makes up for shares that are estimated.
    public var yearsPerFalseAlarm = 40.0
    /// The most probes that are made in one slot to confirm what its first answer began to show.
    public var mostConfirmations = 4
    /// Answers without a member after which it is retired, once ``retireAge`` has passed too. A member with a share q of the
    /// traffic survives k misses with probability (1−q)^k: of one with a tenth, 45 misses leave 0.9 %.
    public var retireAfter = 45
    /// How long a member must have been out of sight before it is retired.
    public var retireAge: Duration = .seconds(86_400)

    public init() {}

    /// The evidence at which an alarm is told: the number of answers in the time in which one false alarm is allowed.
    ///
    /// A target is taken to be probed at the pace of its past. The first two days' worth of answers count as hourly, so that a
    /// few probes made by hand are no pace.
    ///
    /// - Parameters:
    ///   - answers: how many the signal has had.
    ///   - age: from the first of them to the last.
    ///   - settled: answers that the settled set is known from. A set that is known from few must be missed more clearly.
    func threshold(answers: Int, age: Duration, settledFor settled: Int) -> Double {
        let answersPerHour = (Double(answers) + 48) / (max(age.seconds / 3600, 0) + 48)
        let settled = Double(max(settled, 1))
        // Both terms are measured by the simulation of traffic: without them most false alarms come from sets of less than a dozen
        // answers, that are a mixture's minority.
        return yearsPerFalseAlarm * 8766 * answersPerHour * (1 + 10 / settled) * (1 + 144 / (settled * settled))
    }
}
