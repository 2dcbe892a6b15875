import ConformanceSuites

/// What is done to a run of the daemon.
enum Disturbance: Sendable {
    /// SIGKILL.
    case kill
    /// SIGTERM.
    case stop
    /// SIGSTOP for longer than a lease, SIGCONT, and then one of the others.
    case pause

    /// When it is done: a seeded number of calls, of lines in the log, or of milliseconds after the start. The last is the one
    /// place where a delay is the point: it reaches what shows itself by no event.
    enum Cue: Sendable {
        case call(Int)
        case line(Int)
        case time(Duration)

        /// - Parameter scale: how much longer a run may last; two daemons must be up together for a while to meet in a slot.
        init(from generator: inout SeededGenerator, scale: Int) {
            switch Int.random(in: 0..<3, using: &generator) {
            case 0: self = .call(Int.random(in: 1...40 * scale, using: &generator))
            // A daemon that has started says little: the rest are failures.
            case 1: self = .line(Int.random(in: 1...5, using: &generator))
            default: self = .time(.milliseconds(Int.random(in: 5...1500 * scale, using: &generator)))
            }
        }
    }
}
