import Glibc
import PrompterCore

/// The right of one process to a file, held from its making to its end: a lock (flock(2)) on `PATH.lock`, which the
/// kernel gives back however the process ends. The lock file stays, since removing it would let two processes hold two
/// of them. Nobody else may open it, since who may read it may lock it.
public final class FileLock: Sendable {
    private let file: Descriptor

    /// Locks the file at `path`, or says who holds it; it never waits.
    ///
    /// - Throws: ``FileError``: ``FileError/Problem/locked(holder:)``, or why the lock file could not be opened.
    public init(_ path: String) throws(FileError) {
        let lockPath = path + ".lock"
        file = try Descriptor(opening: lockPath, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, mode: 0o600)
        // One from an earlier version may be readable by all.
        _ = fchmod(file.number, 0o600)
        guard flock(file.number, LOCK_EX | LOCK_NB) == 0 else {
            guard errno == EWOULDBLOCK else { throw FileError(lockPath, call: "flock", number: errno) }
            let holder = file.read(upTo: 32).flatMap {
                pid_t(String(decoding: $0.prefix { $0 != 0x0A }, as: UTF8.self))
            }
            throw FileError(path, .locked(holder: holder.map { "process \($0)" }))
        }
        // For people only: a full disk here costs no more than the name of the holder.
        _ = ftruncate(file.number, 0)
        _ = file.write(Array("\(getpid())\n".utf8).span)
    }

    deinit {
        // Closing is not enough where another thread starts a program just now: until its execve(2) that has the
        // descriptor too, and with it the lock.
        flock(file.number, LOCK_UN)
    }
}
