import LinuxHost
import PrompterCore
import PrompterDaemon

/// Writes the textfile as the daemon does it.
final class TextfileWriter: Sendable {
    private let runner: Runner
    private let path: String
    private let writer = Locked(
        ExpositionWriter(SeriesLabels(service: "prompterd", environment: "bench"), mostWatches: .max))
    private let state = DaemonState(start: Moment.now.wall)

    init(runner: Runner, path: String) {
        self.runner = runner
        self.path = path
    }

    /// Writes it anew, beside the scheduler's turns.
    ///
    /// - Parameter isAsked: whether its text is returned; the daemon never has it in memory as a whole.
    @discardableResult
    @concurrent func write(isAsked: Bool = false) async throws -> [UInt8] {
        guard let snapshot = await runner.snapshot(isForced: true) else { return [] }
        let text = writer.withLock { $0.text(of: snapshot, state) }
        try AtomicFile.write(to: path) { text.write($0) }
        return isAsked ? text.bytes : []
    }
}
