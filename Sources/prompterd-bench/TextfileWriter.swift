import LinuxHost
import PrompterCore
import PrompterDaemon

/// Writes the textfile as the daemon does it.
struct TextfileWriter {
    private let runner: Runner
    private let path: String
    private let state = DaemonState(start: Moment.now.wall)

    init(runner: Runner, path: String) {
        self.runner = runner
        self.path = path
    }

    /// Writes it anew, beside the scheduler's turns.
    ///
    /// - Returns: its text.
    @discardableResult
    @concurrent func write() async throws -> [UInt8] {
        guard let snapshot = await runner.snapshot(isForced: true) else { return [] }
        let bytes = snapshot.exposition(state, service: "prompterd", environment: "bench", mostWatches: .max)
        try AtomicFile.write(bytes, to: path)
        return bytes
    }
}
