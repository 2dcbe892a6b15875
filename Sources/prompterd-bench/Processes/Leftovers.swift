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
            // None of them writes any more when its folder goes.
            end(processes)
            for folder in folders { try? FileManager.default.removeItem(atPath: folder) }
            _exit(130)
        }
    }

    /// Ends `processes`, which may have some of their own: they get a moment to end those.
    static func end(_ processes: Set<pid_t>) {
        for process in processes { kill(process, SIGTERM) }
        var living = processes
        for _ in 0..<200 {
            living = living.filter { waitpid($0, nil, WNOHANG) == 0 }
            if living.isEmpty { return }
            usleep(10_000)
        }
        for process in living {
            kill(process, SIGKILL)
            waitpid(process, nil, 0)
        }
    }
}
