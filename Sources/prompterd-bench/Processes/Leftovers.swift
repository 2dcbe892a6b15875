import Foundation
import Glibc
import LinuxHost
import PrompterCore

/// What must not outlive the bench: the processes that it started, and the folders that it made.
///
/// Their owners end and remove them, also where an error is thrown. This is for an end by a signal, which lets no owner do so.
enum Leftovers {
    private struct Things {
        var processes: Set<pid_t> = []
        var folders: Set<String> = []
    }

    private static let things = Locked(Things())

    static func note(process: pid_t) { things.withLock { _ = $0.processes.insert(process) } }
    /// To be called before it is waited for: its number may be another's afterwards.
    static func forget(process: pid_t) { things.withLock { _ = $0.processes.remove(process) } }
    static func note(folder: String) { things.withLock { _ = $0.folders.insert(folder) } }
    static func forget(folder: String) { things.withLock { _ = $0.folders.remove(folder) } }

    /// Removes them at SIGINT, SIGTERM and SIGHUP, and ends the bench, for as long as the result lives.
    static func removeAtSignals() async -> Signals {
        await Signals { _ in
            let (processes, folders) = things.withLock { ($0.processes, $0.folders) }
            for process in processes { kill(process, SIGKILL) }
            // None of them writes any more when its folder goes.
            for process in processes { waitpid(process, nil, 0) }
            for folder in folders { try? FileManager.default.removeItem(atPath: folder) }
            _exit(130)
        }
    }
}
