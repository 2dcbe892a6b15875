/// What a signal's past says of the answers to come, as long as its settled values are not gone: how often an answer falls
/// outside them, and how.
///
/// All shares are predictions by counts, with half an answer added to each side (Krichevsky and Trofimov, "The performance of
/// universal encoding", 1981), so that nothing that was never seen counts as impossible. Answers of a run of foreign values count
/// only when the run has ended, or a switch would hide itself.
struct Mixture: Hashable, Sendable {
    /// The most answers that are remembered: at so many all counts are halved, so that what is learned follows the traffic.
    static let memory = 2000
    /// A foreign run counts as no more answers than this, or one that was long once would have to be as long again before it
    /// is told. With fewer, values that take turns for a week would be told each time.
    static let longestRun = 60

    /// Answers.
    var answers = 0
    /// Those whose value was foreign: not one of the settled.
    var foreign = 0
    /// Foreign answers after which the next is known, and how often that was foreign too.
    var afterForeign = 0
    var foreignAfterForeign = 0
    /// Answers whose value had never been seen.
    var novel = 0
    /// Answers after one whose value was first seen in the same run, and how many of them brought such a value again.
    var followers = 0
    var repeats = 0

    /// The share of values that were never seen, `length` answers into a run.
    func novelShare(inRunOf length: Int) -> Double {
        (Double(novel) + 0.5) / (Double(answers + length) + 1)
    }

    /// The share of foreign values.
    var foreignShare: Double { (Double(foreign) + 0.5) / (Double(answers) + 1) }

    /// The share of foreign values after a foreign one: one backend may answer several times, so it may well be larger.
    var foreignShareAfterForeign: Double {
        max(foreignShare, (Double(foreignAfterForeign) + foreignShare) / (Double(afterForeign) + 1))
    }

    /// The share of answers that repeat a value of their run which was new in it.
    func repeatShare(inRunOf length: Int) -> Double {
        let least = novelShare(inRunOf: length)
        // Who shows new values often repeats them often, too. 0.6 keeps rolling fingerprints within the rate of false alarms that the
        // simulation of traffic allows, and tells their end within its bound of answers.
        let prior = min(0.9, least * (1 + 0.6 * Double(novel)))
        return max(least, (Double(repeats) + prior) / (Double(followers) + 1))
    }

    /// Takes answers with settled values in.
    mutating func addSettled(_ count: Int = 1) {
        answers += count
        forget()
    }

    /// Takes the end of a run of `length` foreign answers in.
    ///
    /// - Parameter isCutOff: whether another foreign answer follows, with which a run of its own begins.
    mutating func addForeignRun(of length: Int, isCutOff: Bool = false) {
        let length = min(length, Self.longestRun)
        answers += length
        foreign += length
        afterForeign += length
        foreignAfterForeign += isCutOff ? length : length - 1
        forget()
    }

    private mutating func forget() {
        guard answers >= Self.memory else { return }
        for count in [
            \Mixture.answers, \.foreign, \.afterForeign, \.foreignAfterForeign, \.novel, \.followers, \.repeats,
        ] {
            self[keyPath: count] /= 2
        }
    }
}
