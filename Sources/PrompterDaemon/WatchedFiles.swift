import LinuxHost
import PrompterCore

/// Files as they were when they were read, to notice by a look at them what no notice of the kernel tells of.
struct WatchedFiles: Sendable {
    /// By path.
    private var identities: [String: FileIdentity?] = [:]

    init() {}

    /// One that could not be looked at: it counts as changed once it can.
    init(unseen path: String) {
        note(path, nil)
    }

    var paths: Set<String> { Set(identities.keys) }

    /// Takes note of the file at `path` as it is now. To be called before it is read, so that what changes meanwhile is noticed. Blocks
    /// for as long as a disk takes.
    mutating func see(_ path: String) {
        note(path, FileIdentity(of: path))
    }

    /// Takes note that the file at `path` was `identity` before it was read.
    mutating func note(_ path: String, _ identity: FileIdentity?) {
        identities[path] = .some(identity)
    }

    /// Whether one of them is another than it was. What can't be told in time counts as unchanged.
    func haveChanged(on threads: FileThreads) async -> Bool {
        guard let path = identities.keys.min() else { return false }
        let isChanged = try? await threads.run(on: path) { _ in
            identities.contains { path, identity in FileIdentity(of: path) != identity }
        }
        return isChanged ?? false
    }
}
