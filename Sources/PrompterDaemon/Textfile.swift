import LinuxHost
import Logging
import PrompterCore

/// The textfile: written whole, and told of once where it can't be.
actor Textfile {
    private let path: String
    private let log: Logger
    private var isFailing = false
    /// How many writes failed.
    private(set) var errors: UInt64 = 0

    init(_ path: String, log: Logger) {
        self.path = path
        self.log = log
        AtomicFile.removeLeftovers(of: path)
    }

    func write(_ bytes: [UInt8]) {
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
