/// Whether answers carry a signal, judged as its values are: an absence is told where presence was the rule.
struct Presence: Hashable, Sendable {
    /// Answers that should have carried the signal and did or did not, ended absences only.
    var mixture = Mixture()
    /// Answers in a row without it.
    var absentRun = 0
    /// How much better "the signal is gone" explains them.
    var evidence = 1.0
    /// Whether its absence was told.
    var isMissing = false

    /// Takes an answer that carried the signal.
    ///
    /// - Returns: whether it was missing.
    mutating func addPresent() -> Bool {
        defer { isMissing = false }
        if absentRun > 0 {
            mixture.addForeignRun(of: absentRun)
            absentRun = 0
            evidence = 1
        }
        mixture.addSettled()
        return isMissing
    }

    /// Takes an answer that did not.
    mutating func addAbsent() {
        let share = absentRun == 0 ? mixture.foreignShare : mixture.foreignShareAfterForeign
        evidence = min(evidence / share, 1e300)
        absentRun += 1
    }
}
