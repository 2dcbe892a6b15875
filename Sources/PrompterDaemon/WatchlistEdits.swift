import LinuxHost
import PrompterCore

/// The kernel's notices that the watchlist, or a file it depends on, was written.
final class WatchlistEdits: Sendable {
    /// `nil` where the kernel gives none.
    private let watch: FolderWatch?
    private let log: Log
    /// Why not every edit is noticed at once.
    private let fault: Locked<FileError?>

    /// - Parameter path: the watchlist's.
    init(of path: String, log: Log) {
        self.log = log
        do {
            watch = try FolderWatch(path)
            fault = Locked(nil)
        } catch {
            watch = nil
            fault = Locked(error)
        }
    }

    /// Calls `notice` at each change, until its task is cancelled. For one caller.
    func run(_ notice: () -> Void) async {
        guard let watch else { return }
        for await _ in watch.changes {
            if watch.fault != fault.withLock({ $0 }) { tellFault() }
            notice()
        }
    }

    /// Follows `paths` beside the watchlist.
    func follow(_ paths: Set<String>) { watch?.follow(paths) }

    /// Says why edits are not noticed at once, where that is so.
    func tellFault() {
        let found = fault.withLock { fault in
            fault = watch.map(\.fault) ?? fault
            return fault
        }
        guard let found else { return }
        log.warning(
            .editsUnnoticed, "edits to the watchlist and key files are noticed only once a minute: \(found)")
    }
}
