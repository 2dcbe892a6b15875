import PrompterCore

/// One run of a daemon in a campaign, from its start to its end.
struct DaemonRun: Sendable {
    /// Its number in the campaign.
    var number: Int
    /// Which daemon's.
    var daemon: Int
    /// Where in the order of the calls it was stopped and went on.
    var pauses: [(from: Int, until: Int)] = []
    var wasKilled = false
    /// What stands in its log.
    var log = ""

    /// Whether it lost its Redis at some time, and guarded alone.
    var guardedAlone: Bool { log.contains("guards its slots alone") }

    /// How many failed probes of `model` its log tells of.
    func failures(of model: String) -> Int {
        log.split(separator: "\n").count { line in
            FailureClass.allCases.contains { line.contains(" local \(model): \($0.rawValue): ") }
        }
    }
}
