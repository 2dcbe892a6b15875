import Glibc
import OutsideParts

/// A view of the file system of one thread's own, where a test may mount what it likes (mount_namespaces(7)).
enum MountNamespace {
    /// Moves the calling thread, and what it starts, into a new one.
    static func enter() {
        // Swift's Glibc does not import unshare(2); its C signature is int (int).
        typealias Unshare = @convention(c) (Int32) -> Int32
        let newNamespace: Int32 = 0x0002_0000  // CLONE_NEWNS of <linux/sched.h>
        guard let symbol = dlsym(nil, "unshare"), unsafeBitCast(symbol, to: Unshare.self)(newNamespace) == 0 else {
            fatalError("no mount namespace: error \(errno)")
        }
        // Else what is mounted here is mounted for all.
        guard ChildProcess.run(["mount", "--make-rprivate", "/"]).status == 0 else {
            fatalError("the mounts are shared")
        }
    }
}
