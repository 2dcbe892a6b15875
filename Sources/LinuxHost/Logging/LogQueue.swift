import Dispatch
import PrompterCore

/// Carries log lines, in order, to a place that may block: whoever logs never waits for who reads.
///
/// Bounded: while ``limit`` lines wait, further ones are dropped and counted, and the next that is taken says how many.
final class LogQueue: Sendable {
    private struct State {
        var waiting = 0
        var lost = 0
    }

    /// The most lines that wait.
    static let limit = 1000

    private let queue = DispatchQueue(label: "prompterd.log")
    private let state = Locked(State())

    /// Runs `write` in its turn.
    ///
    /// - Parameter write: gets the number of lines that were dropped just before it.
    func append(_ write: @escaping @Sendable (_ lost: Int) -> Void) {
        let lost: Int? = state.withLock { state in
            guard state.waiting < Self.limit else {
                state.lost += 1
                return nil
            }
            state.waiting += 1
            defer { state.lost = 0 }
            return state.lost
        }
        guard let lost else { return }
        queue.async { @Sendable in
            write(lost)
            self.state.withLock { $0.waiting -= 1 }
        }
    }

    /// Waits until what was appended is written, or until `patience` is over.
    func drain(within patience: DispatchTimeInterval) {
        let end = DispatchWorkItem { @Sendable in }
        queue.async(execute: end)
        _ = end.wait(timeout: .now() + patience)
    }

    /// What such a line carries.
    static let noticeFields = LogFields(kind: .condition(.linesDropped))

    /// What a line says of those that were dropped before it.
    static func notice(ofLost lost: Int) -> String {
        "\(lost) log \(lost == 1 ? "line was" : "lines were") dropped before this one: the output was not being read"
    }
}
