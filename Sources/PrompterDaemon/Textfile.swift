import LinuxHost
import PrompterCore

/// The textfile: written whole, and told of once where it can't be.
actor Textfile {
    private let path: String
    private let texts: MetricsTexts
    private let threads: FileThreads
    private let log: Log
    private var isFirst = true
    private var isFailing = false
    /// How many writes failed.
    private var errors: UInt64 = 0
    /// The number of the snapshot that was written last: an older one that comes later is not.
    private var lastNumber = 0
    private var lastWrite: Task<Void, Never>?

    init(_ path: String, _ texts: MetricsTexts, on threads: FileThreads, log: Log) {
        self.path = path
        self.texts = texts
        self.threads = threads
        self.log = log
    }

    /// Writes it after those that were given before.
    func write(_ snapshot: MetricsSnapshot, _ state: DaemonState) async {
        let write = Task { [lastWrite] in
            await lastWrite?.value
            await put(snapshot, state)
        }
        lastWrite = write
        await write.value
    }

    private func put(_ snapshot: MetricsSnapshot, _ state: DaemonState) async {
        guard snapshot.number > lastNumber else { return }
        lastNumber = snapshot.number
        var state = state
        state.textfileErrors = errors
        let text = await texts.text(of: snapshot, state)
        do {
            try await threads.run(on: path) { [isFirst] path throws(FileError) in
                if isFirst { AtomicFile.removeLeftovers(of: path) }
                try AtomicFile.write(to: path) { take in text.write(take) }
            }
            isFirst = false
            if isFailing { log.notice(.textfileRecovered, "textfile: \(SafeText(path)) is written again") }
            isFailing = false
        } catch {
            if !isFailing { log.error(.textfileFailing, "textfile: \(error)") }
            isFailing = true
            errors += 1
        }
    }
}
