import LinuxHost
import Logging
import PrompterCore

/// The textfile: written whole, and told of once where it can't be.
actor Textfile {
    private let path: String
    private let settings: Settings
    private let log: Logger
    private var isFailing = false
    /// How many writes failed.
    private var errors: UInt64 = 0
    /// The number of the snapshot that was written last: an older one that comes later is not.
    private var lastNumber = 0

    init(_ path: String, _ settings: Settings, log: Logger) {
        self.path = path
        self.settings = settings
        self.log = log
        AtomicFile.removeLeftovers(of: path)
    }

    func write(_ snapshot: MetricsSnapshot, _ state: DaemonState) {
        guard snapshot.number > lastNumber else { return }
        lastNumber = snapshot.number
        var state = state
        state.textfileErrors = errors
        let bytes = snapshot.exposition(
            state, service: settings.service, environment: settings.environmentName,
            mostWatches: settings.mostWatchSeries)
        do {
            try AtomicFile.write(bytes, to: path)
            if isFailing { log.notice("textfile: \(SafeText(path)) is written again") }
            isFailing = false
        } catch {
            if !isFailing { log.error("textfile: \(error)") }
            isFailing = true
            errors += 1
        }
    }
}
